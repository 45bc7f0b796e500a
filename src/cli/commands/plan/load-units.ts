import { pastBuilds, type PastBuild } from "../../../core/plan/history.ts";
import { draftUnits, type Draft } from "../../../core/plan/draft.ts";
import { planUnits } from "../../../core/plan/plan-units.ts";
import type { Unit } from "../../../core/plan/unit.ts";
import { createInputReader } from "../../../core/plan/unit-inputs.ts";
import { plugins } from "../../../registry.ts";
import type { Template } from "../../../template/model.ts";
import { Selection } from "../../../template/select-builds.ts";
import type { ReadOnlySession } from "../../read-only-session.ts";
import { openStore } from "../../open-store.ts";
import { storeAddress } from "../../store-flag.ts";
import { builtElsewhere } from "./built-elsewhere.ts";
import { variableArguments } from "../../variable-arguments.ts";
import type { PlanFlags } from "./flags.ts";
import { givenDependencies } from "./given-dependencies.ts";
import { loadElsewhere } from "./load-elsewhere.ts";
import { unitNames } from "./unit-names.ts";

/** All units of the templates, in their order. `undefined` where a template is wrong, which has been said then. */
export async function loadUnits(
  readOnly: ReadOnlySession,
  paths: readonly string[],
  flags: PlanFlags,
): Promise<readonly Unit[] | undefined> {
  const { host } = readOnly.session;
  const drafts = await loadDrafts(readOnly, paths, flags);
  const selected = drafts && selectDrafts(readOnly, drafts, flags);
  if (!selected) return undefined;
  const past: readonly PastBuild[] = [...(await pastBuilds(host)), ...(await builtElsewhere(flags.built, host.cwd))];
  const given = givenDependencies(selected, flags["depends-on"]);
  const units = await planUnits(selected, {
    work: host.cwd,
    past: distinct(past).toSorted((one, other) => one.startedAt - other.startedAt),
    given,
    stored: await storedKeys(readOnly, flags),
  });
  warnOfMissing(readOnly, units, selected);
  return units;
}

/** Keys of what other machines have built. */
async function storedKeys({ session }: ReadOnlySession, flags: PlanFlags): Promise<ReadonlySet<string>> {
  const address = storeAddress(session.host, flags.store);
  if (address === undefined) return new Set();
  const store = await openStore(session, address);
  return store.keys(session.signal);
}

/** A run of this computer may be in a metadata file too. */
function distinct(past: readonly PastBuild[]): readonly PastBuild[] {
  return [...new Map(past.map((build) => [`${build.runId} ${build.build}`, build])).values()];
}

async function loadDrafts(
  { session, output }: ReadOnlySession,
  paths: readonly string[],
  flags: PlanFlags,
): Promise<readonly Draft[] | undefined> {
  const readInputs = createInputReader();
  const drafts: Draft[] = [];
  let isValid = true;
  for (const path of paths) {
    const template = await loadElsewhere({ session, output }, path, flags);
    isValid &&= template !== undefined;
    if (!template || !isValid) continue;
    const options = {
      directories: session.directories,
      builtIn: plugins,
      redact: (text: string) => output.redactor.text(text),
      readInputs,
      // Sensitive variables come from the environment of the other computer.
      variableArguments: (template: Template) => variableArguments(template, flags).open,
    };
    drafts.push(...(await draftUnits(template, options)));
  }
  return isValid ? drafts : undefined;
}

/** Patterns are held against the builds of all templates. */
function selectDrafts(
  { output }: ReadOnlySession,
  drafts: readonly Draft[],
  { only, except }: PlanFlags,
): readonly Draft[] | undefined {
  const selection = new Selection(only, except);
  const selected = drafts.filter(({ build }) => selection.selectsBuild(build));
  const problems = selection.diagnostics();
  for (const diagnostic of problems) output.pipeline.emit({ kind: "diagnostic", diagnostic });
  if (selected.length > 0 || !selection.isRestricted) return selected;
  output.pipeline.emit({ kind: "error", text: "-only and -except leave nothing to plan." });
  return undefined;
}

/** A file that is neither here nor made by a unit: the build will say the same, on another computer and later. */
function warnOfMissing({ session }: ReadOnlySession, units: readonly Unit[], drafts: readonly Draft[]): void {
  const names = unitNames(units);
  const missing = units.flatMap(({ id, inputs, dependsOn }) => {
    const lost = inputs.filter(({ kind, argument }) => kind === "missing" && !MAY_BE_ANYTHING.has(argument));
    if (dependsOn.length > 0) return [];
    return lost.map(({ argument, value }) => `${names.get(id)!} reads ${value} (${argument}), ${NOT_THERE}`);
  });
  for (const text of new Set(missing)) session.emit({ kind: "warning", text });
  for (const { id, plan } of drafts) {
    if (plan.builder.decode().config !== undefined) continue;
    session.emit({ kind: "warning", text: `What ${names.get(id)!} needs is not known: ${GIVE_VALUES}` });
  }
}

const NOT_THERE = "which is not there and no unit makes";
const GIVE_VALUES = "its arguments depend on values that are not given here (-var, -var-file, -evaluate-datasources)";
/** Names of systems, firmwares and images that only the builder can tell from paths. */
const MAY_BE_ANYTHING = new Set(["firmware", "guest_additions_path", "guest_additions_url", "source", "include"]);
