import type * as z from "zod";
import { didYouMean, nearest } from "../../lib/did-you-mean.ts";
import type { Path } from "./decode-state.ts";
import { fieldMeta, type FieldKind } from "./field.ts";
import { error } from "./rules.ts";
import type { ConfigIssue, Schema } from "./schema.ts";
import { adviceOn, type ValueAdvice } from "./value-advice.ts";
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

export interface DecodedInput {
  readonly schema: Schema<unknown>;
  readonly input: unknown;
  /** Whether the value at a path is secret, so that no message shows it. */
  readonly isSensitive?: ((path: Path) => boolean) | undefined;
}

/** One zod issue as what a template's author should read. */
export function issuesFromZod(issue: Issue, decoded: DecodedInput): ConfigIssue[] {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(schemaAt(decoded.schema, path)?.object.shape ?? {});
    const given = valueAt(decoded.input, path) as Readonly<Record<string, unknown>>;
    const free = known.filter((name) => given[name] === undefined);
    return issue.keys.map((name) => unknownArgument({ name, known, free }, [...path, name]));
  }
  const value = valueAt(decoded.input, path);
  return [value === undefined ? missingArgument(path, decoded.schema) : wrongValue(issue, path, value, decoded)];
}

interface UnknownArgument {
  readonly name: string;
  readonly known: readonly string[];
  /** Those that are not given. */
  readonly free: readonly string[];
}

function unknownArgument({ name, known, free }: UnknownArgument, path: Path): ConfigIssue {
  const detail = `An argument named "${name}" is not expected here.${didYouMean(name, known)}`;
  const meant = nearest(name, known);
  const issue = { ...error("unknown-argument", path, "Unsupported argument", detail), meant };
  if (meant === undefined || !free.includes(meant)) return issue;
  return { ...issue, fix: { kind: "replace", part: "name", text: meant } };
}

/** Where the argument would be that was probably meant by one that is not known. */
export function meantArgument({ code, path, fix }: ConfigIssue): Path | undefined {
  if (code !== "unknown-argument" || fix?.kind !== "replace") return undefined;
  return [...path.slice(0, -1), fix.text];
}

function missingArgument(path: Path, schema: Schema<unknown>): ConfigIssue {
  const field = fieldAt(schema, path);
  const { hint } = field ? fieldMeta(field) : {};
  const missing = `The argument "${path.at(-1) ?? ""}" is required, but no definition was found.`;
  const detail = hint === undefined ? missing : `${missing} ${hint}`;
  return error("missing-argument", path, "Missing required argument", detail);
}

function wrongValue(issue: Issue, path: Path, value: unknown, { schema, isSensitive }: DecodedInput): ConfigIssue {
  const field = fieldAt(schema, path);
  const isMasked = isSensitive?.(path) || (field && fieldMeta(field).sensitive);
  const shown = isMasked ? "" : shortJson(value);
  const advice = isMasked ? undefined : (adviceOn({ path, value, field, schema }) ?? choiceFor(issue, value));
  const at = advice?.path ?? path;
  const problem = `Inappropriate value for "${pathText(at)}": ${advice?.required ?? expectation(issue, field)}`;
  const found = advice?.required === undefined ? shown : "";
  const wrong = error("invalid-argument", at, "Invalid value", `${problem}${found}.${advice?.hint ?? ""}`);
  return advice?.fix ? { ...wrong, fix: advice.fix } : wrong;
}

function plural(count: number, one: string, several: string): string {
  return count === 1 ? `one ${one}` : `${count} ${several}`;
}

/** What should have been there. */
function expectation(issue: Issue, field: z.ZodType | undefined): string {
  const kind = field && fieldMeta(field).fieldKind;
  switch (issue.code) {
    case "invalid_type":
      return kind ? expectations[kind] : issue.message;
    case "invalid_value":
      return `it must be one of ${issue.values.map((value) => JSON.stringify(String(value))).join(", ")}`;
    case "too_small":
      if (issue.origin === "array") return `it must have at least ${plural(Number(issue.minimum), "entry", "entries")}`;
      return `it must be at least ${issue.minimum}`;
    case "too_big":
      return `it must be at most ${issue.maximum}`;
    case "custom":
      return kind === "late" ? expectations.late : issue.message;
    default:
      return issue.message;
  }
}

/** The word of a choice that was mistyped. */
function choiceFor(issue: Issue, value: unknown): ValueAdvice | undefined {
  if (issue.code !== "invalid_value" || typeof value !== "string") return undefined;
  const meant = nearest(value, issue.values.map(String));
  if (meant === undefined) return undefined;
  const text = JSON.stringify(meant);
  return { hint: ` Did you mean ${text}?`, fix: { kind: "replace", part: "value", text } };
}

function shortJson(value: unknown): string {
  if (value === undefined || (typeof value === "object" && value !== null)) return "";
  const text = JSON.stringify(value) ?? "";
  return text.length > 60 ? "" : `, not ${text}`;
}

/** As an expression would name it: `disks[0].size`. */
function pathText(path: Path): string {
  const parts = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`));
  return parts.join("").replace(/^\./, "");
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string | number, unknown> | undefined)?.[part], input);
}

/** The schema of the nested block at `path`. */
function schemaAt(schema: Schema<unknown>, path: Path): Schema<unknown> | undefined {
  return path.reduce<Schema<unknown> | undefined>((current, part) => {
    if (typeof part === "number" || !current) return current;
    const field = current.object.shape[part] as z.ZodType | undefined;
    return field && fieldMeta(field).nested;
  }, schema);
}

function fieldAt(schema: Schema<unknown>, path: Path): z.ZodType | undefined {
  const last = path.findLastIndex((part) => typeof part === "string");
  const owner = path.slice(0, last);
  for (let depth = owner.length; depth >= 0; depth--) {
    const field = schemaAt(schema, owner.slice(0, depth))?.object.shape[String(path[depth])] as z.ZodType | undefined;
    if (field) return descend(field, path.slice(depth + 1));
  }
  return undefined;
}

/** Into lists and maps: the type of the element at the rest of the path. */
function descend(field: z.ZodType, rest: Path): z.ZodType {
  return rest.reduce<z.ZodType>((type) => elementType(type) ?? type, field);
}
