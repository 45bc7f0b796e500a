import type * as z from "zod";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { fieldMeta, type FieldKind } from "./field.ts";
import type { ConfigIssue, Schema } from "./schema.ts";
import { elementType } from "./zod-type.ts";

type Issue = z.core.$ZodIssue;

/** What a user reads when a value has the wrong type, by kind of field. */
const expectations: { readonly [Kind in FieldKind]: string } = {
  text: "a string is required",
  late: "a string is required",
  flag: "true or false is required",
  integer: "a whole number is required",
  number: "a number is required",
  duration: 'a duration such as "30s", "5m" or "1h30m" is required',
  choice: "one of the listed names is required",
  list: "a list is required",
  map: "a map is required",
  block: "a single block is required",
  blocks: "a block is required",
  any: "a value is required",
};

/** One zod issue as what a template's author should read. */
export function issueFromZod(
  issue: Issue,
  input: unknown,
  schema: Schema<unknown>,
  isSensitive: (path: ConfigIssue["path"]) => boolean = () => false,
): ConfigIssue[] {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(schemaAt(schema, path)?.object.shape ?? {});
    return issue.keys.map((name) => unknownArgument(name, known, [...path, name]));
  }
  const name = String(path.at(-1) ?? "");
  if (valueAt(input, path) === undefined) {
    return [
      make(
        "missing-argument",
        path,
        "Missing required argument",
        `The argument "${name}" is required, but no definition was found.`,
      ),
    ];
  }
  const field = fieldAt(schema, path);
  const masked = isSensitive(path) || (field !== undefined && fieldMeta(field).sensitive === true);
  return [
    make(
      "invalid-argument",
      path,
      "Invalid value",
      `Inappropriate value for "${describePath(path)}": ${describe(issue, field)}${masked ? "" : found(valueAt(input, path))}.${masked ? "" : meant(issue, valueAt(input, path))}`,
    ),
  ];
}

function unknownArgument(name: string, known: readonly string[], path: ConfigIssue["path"]): ConfigIssue {
  return make(
    "unknown-argument",
    path,
    "Unsupported argument",
    `An argument named "${name}" is not expected here.${didYouMean(name, known)}`,
  );
}

function make(code: string, path: ConfigIssue["path"], summary: string, detail: string): ConfigIssue {
  return { severity: "error", code, path, summary, detail };
}

function describe(issue: Issue, field: z.ZodType | undefined): string {
  switch (issue.code) {
    case "invalid_type":
      return field ? expectations[fieldMeta(field).fieldKind] : issue.message;
    case "invalid_value":
      return `it must be one of ${issue.values.map((value) => `"${String(value)}"`).join(", ")}`;
    case "too_small":
      return `it must be at least ${issue.minimum}`;
    case "too_big":
      return `it must be at most ${issue.maximum}`;
    case "custom":
      return field && fieldMeta(field).fieldKind === "late" ? expectations.late : issue.message;
    default:
      return issue.message;
  }
}

/** The word of a choice that was mistyped. */
function meant(issue: Issue, value: unknown): string {
  return issue.code === "invalid_value" && typeof value === "string" ? didYouMean(value, issue.values.map(String)) : "";
}

function found(value: unknown): string {
  if (value === undefined || (typeof value === "object" && value !== null)) return "";
  const text = JSON.stringify(value) ?? "";
  return text.length > 60 ? "" : `, not ${text}`;
}

function describePath(path: ConfigIssue["path"]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

function valueAt(input: unknown, path: ConfigIssue["path"]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string | number, unknown> | undefined)?.[part], input);
}

/** The schema of the nested block at `path`. */
function schemaAt(schema: Schema<unknown>, path: ConfigIssue["path"]): Schema<unknown> | undefined {
  return path.reduce<Schema<unknown> | undefined>((current, part) => {
    if (typeof part === "number" || !current) return current;
    const field = current.object.shape[part] as z.ZodType | undefined;
    return field && fieldMeta(field).nested;
  }, schema);
}

function fieldAt(schema: Schema<unknown>, path: ConfigIssue["path"]): z.ZodType | undefined {
  const last = path.findLastIndex((part) => typeof part === "string");
  const owner = path.slice(0, last);
  for (let depth = owner.length; depth >= 0; depth--) {
    const field = schemaAt(schema, owner.slice(0, depth))?.object.shape[String(path[depth])] as z.ZodType | undefined;
    if (field) return descend(field, path.slice(depth + 1));
  }
  return undefined;
}

/** Into lists and maps: the type of the element at the rest of the path. */
function descend(field: z.ZodType, rest: ConfigIssue["path"]): z.ZodType {
  return rest.reduce<z.ZodType>((type) => elementType(type) ?? type, field);
}
