import { error, type Diagnostic } from "../../language/diagnostic.ts";
import type { RequiredPlugin } from "../../template/model.ts";
import type { FlagValues } from "../command.ts";
import type { UnopenedSession } from "../session.ts";
import type { templateFlags } from "../template-flags.ts";
import type { MissedPlugin } from "./composed-registry.ts";
import type { PluginNeeds } from "./plugin-needs.ts";

const CODE = "missing-plugin";

export interface MissingIn {
  readonly path: string;
  readonly flags: FlagValues<typeof templateFlags>;
  readonly missed: readonly MissedPlugin[];
}

/** The diagnostics of a template, with one for each plugin that is missing in the place of one for each use of it. */
export async function explainMissing(
  session: UnopenedSession,
  diagnostics: readonly Diagnostic[],
  template: MissingIn,
): Promise<readonly Diagnostic[]> {
  const { missed } = template;
  if (missed.length === 0) return diagnostics;
  const able = await ableBuilds(session, template);
  const explained = missed.map((plugin, index) => {
    const isLast = index === missed.length - 1;
    return describe(plugin, { ...template, able: isLast ? able : undefined });
  });
  return [...diagnostics.filter(({ code }) => code !== CODE), ...explained];
}

interface Described extends MissingIn {
  /** Builds that can run with nothing more installed; undefined where it is not to be said. */
  readonly able: readonly string[] | undefined;
}

function describe(plugin: MissedPlugin, { path, able, missed }: Described): Diagnostic {
  const { source, requirement, types, reasons, subject } = plugin;
  const version = requirement ? ` ${requirement.version}` : "";
  const what = [...types].sort().join(", ");
  const command = requirement && path !== "-" ? `imgbuild init ${path}` : `imgbuild plugins install ${source}`;
  const lines = [
    `The template needs the plugin ${source}${version} for ${what}, and it is not installed.`,
    ...reasons,
    ...whyThis(plugin, what),
    "To install it:",
    `    ${command}`,
    ...(able ? without(able, { path, missed }) : []),
  ];
  return error(CODE, subject, "Missing plugin", lines.join("\n"));
}

/** Why this plugin, where the template does not name it. `what`: the types of it. */
function whyThis({ source, requirement, isCertain }: MissedPlugin, what: string): readonly string[] {
  if (requirement) return [];
  if (isCertain)
    return [
      `imgbuild has other components of this plugin itself, and not ${what}. Say in required_plugins which version.`,
    ];
  return [
    `The template does not say which plugin it means: ${source} is a guess by the name. Say it in required_plugins.`,
  ];
}

function without(able: readonly string[], { path, missed }: Pick<MissingIn, "path" | "missed">): readonly string[] {
  if (able.length === 0) return [];
  const what = missed.length === 1 ? "it" : "what is missing";
  return [`Without ${what} these builds can run:`, `    imgbuild build -only='${able.join(",")}' ${path}`];
}

/** The names of the builds that use nothing that is missing. */
async function ableBuilds(
  { host, signal }: UnopenedSession,
  { path, flags, missed }: MissingIn,
): Promise<readonly string[] | undefined> {
  // A template on standard input was read already.
  if (path === "-") return undefined;
  const required: readonly RequiredPlugin[] = missed.map(({ accessor, source }) => ({
    name: accessor,
    source,
    version: "",
    range: undefined,
  }));
  const { findPluginNeeds } = await import("./plugin-needs.ts");
  const needs = await findPluginNeeds(host, { path, flags, required, signal });
  return needs && buildsWithout(needs, required);
}

function buildsWithout({ builds, everywhere }: PluginNeeds, missing: readonly RequiredPlugin[]): readonly string[] {
  if (missing.some(({ name }) => everywhere.has(name))) return [];
  return builds.filter(({ plugins }) => missing.every(({ name }) => !plugins.has(name))).map(({ name }) => name);
}
