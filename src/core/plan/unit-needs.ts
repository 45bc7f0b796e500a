import { compareStrings } from "../../language/compare-strings.ts";
import { isKnown } from "../../language/value.ts";
import type { CloudNeed, Needs } from "../../sdk/needs.ts";
import type { Plugin } from "../../sdk/plugin.ts";
import type { InputVariable, Template } from "../../template/model.ts";
import type { UnitNeeds } from "./unit.ts";

/** Everything a machine must have that is to run one build of a template, by what the components of the build need. */
export function unitNeeds(template: Template, needs: readonly Needs[], builtIn: readonly Plugin[]): UnitNeeds {
  return {
    host: distinct(needs.flatMap(({ host = [] }) => host)),
    architecture: needs.find(({ architecture }) => architecture !== undefined)?.architecture,
    ...sizesOf(needs),
    clouds: cloudsOf(needs),
    credentials: distinct([...needs.flatMap(({ credentials = [] }) => credentials), ...secretVariables(template)]),
    variables: distinct(openVariables(template)),
    plugins: pluginsOf(template, builtIn),
  };
}

function sizesOf(needs: readonly Needs[]): Pick<UnitNeeds, "memoryMib" | "cpus" | "diskMib"> {
  return {
    memoryMib: sum(needs.map(({ memoryMib }) => memoryMib)),
    cpus: sum(needs.map(({ cpus }) => cpus)),
    diskMib: sum(needs.map(({ diskMib }) => diskMib)),
  };
}

function sum(sizes: readonly (number | undefined)[]): number | undefined {
  const known = sizes.filter((size) => size !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, size) => total + size, 0);
}

function cloudsOf(needs: readonly Needs[]): readonly CloudNeed[] {
  const clouds = needs.flatMap(({ cloud }) => (cloud ? [cloud] : []));
  const byName = new Map(clouds.map((cloud) => [`${cloud.provider} ${cloud.region ?? ""}`, cloud]));
  return distinct([...byName.keys()]).map((name) => byName.get(name)!);
}

/** A value of the template itself travels with it; any other one has to be given again. */
function secretVariables({ variables }: Template): readonly string[] {
  const given = variables.filter((variable) => variable.sensitive && !isInTemplate(variable));
  return given.map(({ name }) => `PKR_VAR_${name}`);
}

/** Values of `-var` and of files are in the command. */
function openVariables({ variables }: Template): readonly string[] {
  const open = variables.filter(({ sensitive, value, origin }) => !sensitive && (!isKnown(value) || isFromEnv(origin)));
  return open.map(({ name }) => `PKR_VAR_${name}`);
}

const isInTemplate = ({ value, origin }: InputVariable): boolean =>
  isKnown(value) && (origin === "default" || !(origin.startsWith("-var") || isFromEnv(origin)));
const isFromEnv = (origin: string): boolean => origin.startsWith("environment");

function pluginsOf({ requiredPlugins }: Template, builtIn: readonly Plugin[]): UnitNeeds["plugins"] {
  const ours = new Set(builtIn.map(({ source }) => source));
  const others = requiredPlugins.filter(({ source }) => !ours.has(source));
  return others
    .map(({ source, version }) => ({ source, version }))
    .toSorted((one, other) => compareStrings(one.source, other.source));
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted(compareStrings);
