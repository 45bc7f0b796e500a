import type { Host } from "../sdk/host.ts";
import { isSensitive } from "../language/marks.ts";
import type { Value } from "../language/value.ts";
import type { BuildPlan, Template } from "./model.ts";
import { plannedOf } from "./planned-of.ts";

/** Arguments whose texts are names and paths that everybody sees. */
const NAMES =
  /^(?:target|output|output_directory|vm_name|iso_urls?|source_path|destination|http_directory|hostname)$|user(?:name)?$/;

/** What a template says without hiding it: labels, names, paths, user names, and the values of its open variables. */
export function plainTextsOf(template: Template, host: Pick<Host, "cwd" | "homeDir">): readonly string[] {
  const values = [...template.variables, ...template.locals].filter(({ sensitive }) => !sensitive);
  return [
    ...[template.path, template.directory, host.cwd, host.homeDir],
    ...values.flatMap(({ name, value }) => [name, ...openText(value)]),
    ...template.builds.flatMap(namesOf),
  ];
}

function openText(value: Value): readonly string[] {
  return !isSensitive(value) && typeof value.content === "string" ? [value.content] : [];
}

function namesOf(plan: BuildPlan): readonly string[] {
  const { name, builderType, sourceName } = plan.identity;
  const named = plannedOf(plan).flatMap((planned) => [
    planned.type,
    planned.name ?? "",
    ...namesIn(planned.decode().config),
  ]);
  return [name, builderType, sourceName, plan.blockName ?? "", ...named];
}

function namesIn(config: unknown): readonly string[] {
  if (typeof config !== "object" || config === null) return [];
  const texts: string[] = [];
  for (const [name, value] of Object.entries(config)) {
    // Most arguments are not set.
    if (typeof value !== "string" && !Array.isArray(value)) continue;
    if (NAMES.test(name)) texts.push(...[value as unknown].flat().filter((text) => typeof text === "string"));
  }
  return texts;
}
