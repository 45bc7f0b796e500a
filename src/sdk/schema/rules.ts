import type * as z from "zod";
import type { TemplateProblem } from "../late-template.ts";
import type { ConfigIssue, DecodedFields, Fix, Rule } from "./schema.ts";

/** Exactly one of the named arguments has to be given. */
export function exactlyOne<Name extends string>(...names: readonly Name[]): Rule<Name> {
  return { arguments: names, check: (args) => [...missingAll(args, names), ...tooMany(args, names)] };
}

/** The named arguments exclude each other. */
export function atMostOne<Name extends string>(...names: readonly Name[]): Rule<Name> {
  return { arguments: names, check: (args) => tooMany(args, names) };
}

/** `name` makes sense only together with `other`. */
export function requires<Name extends string>(name: Name, other: Name): Rule<Name> {
  return {
    arguments: [name, other],
    check: (args) => {
      if (!isSet(args[name]) || isSet(args[other])) return [];
      return [error("missing-argument", [name], "Missing argument", `"${name}" needs "${other}" to be set as well.`)];
    },
  };
}

/** A range of ports: its ends are two arguments, and the first is not above the second. */
export function portRange<Name extends string>(min: Name, max: Name): Rule<Name, { readonly [N in Name]: number }> {
  return {
    arguments: [min, max],
    check: ({ [min]: first, [max]: last }) => {
      if (first <= last) return [];
      return [error("invalid-argument", [min], "Invalid value", `${min} (${first}) is above ${max} (${last}).`)];
    },
  };
}

/** Any other check over some of the `fields` of a schema. */
export function rule<Fields extends z.ZodRawShape, Name extends keyof Fields & string>(
  _fields: Fields,
  names: readonly Name[],
  check: (args: DecodedFields<Fields, NoInfer<Name>>) => readonly ConfigIssue[],
): Rule<Name, DecodedFields<Fields, Name>> {
  return { arguments: names, check };
}

export function error(code: string, path: ConfigIssue["path"], summary: string, detail: string): ConfigIssue {
  return { severity: "error", code, path, summary, detail };
}

/** Arguments that do not go together; `path` is the one to point at. */
export function conflict(path: ConfigIssue["path"], detail: string): ConfigIssue {
  return error("conflicting-arguments", path, "Conflicting arguments", detail);
}

export function warning(code: string, path: ConfigIssue["path"], summary: string, detail: string): ConfigIssue {
  return { severity: "warning", code, path, summary, detail };
}

/** Something wrong inside the `{{ }}` of the argument at `path`. */
export function templateProblem(path: ConfigIssue["path"], problem: TemplateProblem): ConfigIssue {
  const { message, suggestion, start, end } = problem;
  const fix: Fix | undefined =
    suggestion === undefined ? undefined : { kind: "replace", part: "text", text: suggestion };
  const issue = error("unknown-template-value", path, "Unknown value in template", message);
  return { ...issue, within: { start, end }, ...(fix && { fix }) };
}

function missingAll<Name extends string>(args: { readonly [N in Name]: unknown }, names: readonly Name[]) {
  if (names.some((name) => isSet(args[name]))) return [];
  return [error("missing-argument", [], "Missing argument", `One of ${quoted(names)} must be set.`)];
}

function tooMany<Name extends string>(args: { readonly [N in Name]: unknown }, names: readonly Name[]) {
  const [first, ...others] = names.filter((name) => isSet(args[name]));
  const remedy = `Only one of ${quoted(names)} may be set, and "${first}" is set already. Remove one of them.`;
  return others.map((name) => conflict([name], remedy));
}

function isSet(value: unknown): boolean {
  const isEmptyList = Array.isArray(value) && value.length === 0;
  return value !== undefined && value !== "" && !isEmptyList;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
