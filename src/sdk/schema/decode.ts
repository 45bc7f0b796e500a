import { checkRules } from "./check-rules.ts";
import { startsWith, type DecodeOptions, type DecodeState, type Path, type RawArguments } from "./decode-state.ts";
import { prepareArguments } from "./prepare-arguments.ts";
import type { ConfigIssue, Schema } from "./schema.ts";
import { issuesFromZod, meantArgument } from "./zod-issue.ts";

export interface Decoded<Config> {
  /** Absent where there are errors, or where something is not known yet. */
  readonly config: Config | undefined;
  /** Errors and warnings, in the order of the schema. */
  readonly issues: readonly ConfigIssue[];
}

/** Hop 3 of a parameter: from a plain value to the typed configuration of a component. Never throws on bad input. */
export function decode<Config>(schema: Schema<Config>, input: RawArguments, options: DecodeOptions): Decoded<Config> {
  const state: DecodeState = { options, issues: [], unknown: [], blank: new Set() };
  const prepared = prepareArguments(schema, input, [], state);
  const parsed = schema.object.safeParse(prepared);
  for (const issue of parsed.error?.issues ?? []) {
    state.issues.push(...issuesFromZod(issue, { schema, input: prepared, isSensitive: options.isSensitive }));
  }
  // A misspelt argument is one mistake: that the right one is missing follows from it.
  state.unknown.push(...state.issues.map(meantArgument).filter((path) => path !== undefined));
  checkRules(schema, { prepared, decoded: parsed.data }, [], state);
  const issues = distinct(state.issues)
    .filter((issue) => !isPutOff(issue, state.unknown))
    .map((issue) => explainBlank(issue, input, state));
  const hasErrors = !parsed.success || issues.some((issue) => issue.severity === "error");
  if (hasErrors || state.unknown.length > 0) return { config: undefined, issues };
  return { config: parsed.data as Config, issues };
}

/** An error about a value that is not known yet (or could not be rendered, which is reported on its own). */
function isPutOff(issue: ConfigIssue, unknown: readonly Path[]): boolean {
  if (issue.code === "invalid-template") return false;
  const isMissing = issue.code === "missing-argument" && issue.path.length > 0;
  return unknown.some((path) => startsWith(issue.path, path) || (isMissing && startsWith(path, issue.path)));
}

/** One mistake may be found at each of many elements. */
function distinct(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  const keys = issues.map(({ path, code, detail, within }) => JSON.stringify([path, code, detail, within]));
  return issues.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

/** What is missing may be there, but empty. */
function explainBlank(issue: ConfigIssue, input: RawArguments, { blank }: DecodeState): ConfigIssue {
  const name = issue.path.at(-1);
  if (issue.code !== "missing-argument" || name === undefined) return issue;
  const given = issue.path.length === 1 ? input[name] : undefined;
  const isBlank = blank.has(JSON.stringify(issue.path)) || (typeof given === "string" && given.trim() === "");
  if (!isBlank) return issue;
  const detail = `The argument "${name}" is required, and what it is given is empty.`;
  return { ...issue, code: "empty-argument", detail };
}
