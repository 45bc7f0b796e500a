import type * as z from "zod";
import { LateTemplate, type RenderTemplate } from "../late-template.ts";
import { coerce, isPlainObject } from "./coerce.ts";
import { fieldMeta, unwrap, type FieldKind } from "./field.ts";
import { issueFromZod } from "./zod-issue.ts";
import type { ConfigIssue, Schema } from "./schema.ts";

/** Stands in the input where a value is not known yet. Checks that would need it are put off. */
export const UNKNOWN_ARGUMENT: unique symbol = Symbol("unknown argument");

export interface DecodeOptions {
  /** Renders `{{ }}` in ordinary strings now, and in late ones when the component asks. */
  readonly render: RenderTemplate;
  /** Legacy JSON templates: strings stand for lists, numbers and nothing. */
  readonly weak: boolean;
  /** Whether the value at a path is secret, so that no message shows it. */
  readonly isSensitive?: ((path: ConfigIssue["path"]) => boolean) | undefined;
}

export interface Decoded<Config> {
  /** Absent where there are errors, or where something is not known yet. */
  readonly config: Config | undefined;
  /** Errors and warnings, in the order of the schema. */
  readonly issues: readonly ConfigIssue[];
}

type Path = readonly (string | number)[];
type Arguments = Readonly<Record<string, unknown>>;

/** Hop 3 of a parameter: from a plain value to the typed configuration of a component. Never throws on bad input. */
export function decode<Config>(schema: Schema<Config>, input: Arguments, options: DecodeOptions): Decoded<Config> {
  const state: DecodeState = { options, issues: [], unknown: [], blank: new Set() };
  const prepared = prepareObject(schema, input, [], state);
  const parsed = schema.object.safeParse(prepared);
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      state.issues.push(...issueFromZod(issue, prepared, schema, options.isSensitive));
  }
  checkRules(schema, parsed.success ? parsed.data : withDefaults(schema, prepared), [], state);
  const issues = state.issues
    .filter((issue) => !isPutOff(issue, state.unknown))
    .map((issue) => explainBlank(issue, input, state));
  const failed = state.unknown.length > 0 || issues.some((issue) => issue.severity === "error");
  return { config: failed || !parsed.success ? undefined : schema.finish(parsed.data as never), issues };
}

/** What rules see of a configuration with errors: the arguments that are there, and the defaults of the others. */
function withDefaults({ object }: Schema<unknown>, given: Arguments): Arguments {
  const defaults = Object.entries(object.shape).flatMap(([name, field]) => {
    const absent = (field as z.ZodType).safeParse(undefined);
    return absent.success && absent.data !== undefined ? [[name, absent.data]] : [];
  });
  return { ...(Object.fromEntries(defaults) as Arguments), ...given };
}

/** What is missing may be there, but empty. */
function explainBlank(issue: ConfigIssue, input: Arguments, { blank }: DecodeState): ConfigIssue {
  const [name] = issue.path;
  const given = input[name!];
  const isBlank = blank.has(String(name)) || (typeof given === "string" && given.trim() === "");
  if (issue.code !== "missing-argument" || issue.path.length !== 1 || !isBlank) return issue;
  return {
    ...issue,
    code: "empty-argument",
    detail: `The argument "${name}" is required, and what it is given is empty.`,
  };
}

interface DecodeState {
  readonly options: DecodeOptions;
  readonly issues: ConfigIssue[];
  readonly unknown: Path[];
  /** Arguments that are given an empty text, or a template that becomes one. */
  readonly blank: Set<string>;
}

/** Old names rewritten, strings rendered, primitives converted; what zod then sees is plainly typed. */
function prepareObject(schema: Schema<unknown>, input: Arguments, path: Path, state: DecodeState): Arguments {
  const args = rewriteOld(schema, input, path, state);
  const prepared: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(args)) {
    const field = schema.object.shape[name] as z.ZodType | undefined;
    const result = field ? prepare(value, field, [...path, name], state) : value;
    const replacement = field && fieldMeta(field).replacement;
    if (replacement && result !== undefined) state.issues.push(deprecation(name, replacement, [...path, name]));
    if (field && isBlank(result, field, path, state)) state.blank.add(name);
    else if (result !== undefined) prepared[name] = result;
  }
  addLateDefaults(schema, prepared, state);
  return prepared;
}

/** What is written as text. In legacy JSON templates everything may be. */
const textual: ReadonlySet<FieldKind> = new Set(["text", "late", "choice", "duration"]);

/** An empty text is how an argument is left unset, as in Packer, which cannot tell the two apart. */
function isBlank(value: unknown, field: z.ZodType, path: Path, { options }: DecodeState): boolean {
  const { fieldKind, keepsEmpty } = fieldMeta(field);
  if (path.length > 0 || keepsEmpty === true || !(options.weak || textual.has(fieldKind))) return false;
  return value === "" || (value instanceof LateTemplate && value.text === "");
}

function addLateDefaults(schema: Schema<unknown>, prepared: Record<string, unknown>, state: DecodeState): void {
  for (const [name, field] of Object.entries(schema.object.shape)) {
    const { lateDefault } = fieldMeta(field as z.ZodType);
    if (lateDefault !== undefined) prepared[name] ??= new LateTemplate(lateDefault, state.options.render);
  }
}

function prepare(value: unknown, field: z.ZodType, path: Path, state: DecodeState): unknown {
  if (value === UNKNOWN_ARGUMENT) {
    state.unknown.push(path);
    return undefined;
  }
  if (value === null || value === undefined) return undefined;
  const { fieldKind, nested } = fieldMeta(field);
  const rendered = typeof value === "string" && !holdsLate(field) ? render(value, path, state) : value;
  const typed = coerce(rendered, fieldKind, state.options.weak);
  if (fieldKind === "late") return typeof typed === "string" ? new LateTemplate(typed, state.options.render) : typed;
  if (nested && isPlainObject(typed)) return prepareObject(nested, typed, path, state);
  if (nested && Array.isArray(typed)) {
    return typed.map((item, index) =>
      isPlainObject(item) ? prepareObject(nested, item, [...path, index], state) : item,
    );
  }
  return prepareElements(typed, elementType(field), path, state);
}

function prepareElements(value: unknown, element: z.ZodType | undefined, path: Path, state: DecodeState): unknown {
  const one = (item: unknown, key: string | number) =>
    element ? prepare(item, element, [...path, key], state) : prepareAny(item, [...path, key], state);
  if (Array.isArray(value)) return value.map((item: unknown, index) => one(item, index));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, one(item, key)]));
}

function prepareAny(value: unknown, path: Path, state: DecodeState): unknown {
  if (value === UNKNOWN_ARGUMENT) state.unknown.push(path);
  if (typeof value === "string") return render(value, path, state);
  return prepareElements(value, undefined, path, state);
}

function elementType(field: z.ZodType): z.ZodType | undefined {
  const { def } = unwrap(field)._zod as unknown as { def: { element?: z.ZodType; valueType?: z.ZodType } };
  return def.element ?? def.valueType;
}

/** True for a late field and for lists of late fields: a string standing for the list must not be rendered early. */
function holdsLate(field: z.ZodType): boolean {
  if (fieldMeta(field).fieldKind === "late") return true;
  const element = elementType(field);
  return element !== undefined && holdsLate(element);
}

function render(text: string, path: Path, state: DecodeState): unknown {
  if (!text.includes("{{")) return text;
  try {
    return state.options.render(text, {});
  } catch (failure) {
    const detail = failure instanceof Error ? failure.message : String(failure);
    state.issues.push({ severity: "error", code: "invalid-template", path, summary: "Invalid template", detail });
    state.unknown.push(path);
    return undefined;
  }
}

function rewriteOld(schema: Schema<unknown>, input: Arguments, path: Path, state: DecodeState): Arguments {
  let args: Record<string, unknown> = { ...input };
  for (const old of schema.legacy) {
    if (args[old.name] === undefined) continue;
    state.issues.push(deprecation(old.name, old.replacement, [...path, old.name]));
    args = old.apply(args);
  }
  for (const [oldName, newName] of Object.entries(schema.renamed)) {
    if (args[oldName] === undefined) continue;
    state.issues.push(deprecation(oldName, `use "${newName}"`, [...path, oldName]));
    args[newName] ??= args[oldName];
    delete args[oldName];
  }
  return args;
}

function deprecation(name: string, replacement: string, path: Path): ConfigIssue {
  return {
    severity: "warning",
    code: "deprecated-argument",
    path,
    summary: "Deprecated argument",
    detail: `"${name}" is deprecated; ${replacement}.`,
  };
}

function checkRules(schema: Schema<unknown>, config: Arguments, path: Path, state: DecodeState): void {
  for (const { arguments: names, check } of schema.rules) {
    if (names.some((name) => isTroubled([...path, name], state))) continue;
    state.issues.push(...check(config).map((issue) => ({ ...issue, path: [...path, ...issue.path] })));
  }
  for (const [name, type] of Object.entries(schema.object.shape)) {
    const { nested } = fieldMeta(type as z.ZodType);
    const value = config[name];
    if (!nested || value === undefined) continue;
    const items = Array.isArray(value)
      ? value.map((item, index) => [item, [...path, name, index]] as const)
      : [[value, [...path, name]] as const];
    for (const [item, at] of items) if (isPlainObject(item)) checkRules(nested, item, at, state);
  }
}

function isTroubled(path: Path, state: DecodeState): boolean {
  const troubled = [
    ...state.unknown,
    ...state.issues.filter((issue) => issue.severity === "error").map((issue) => issue.path),
  ];
  return troubled.some((other) => startsWith(other, path));
}

/** An error about a value that is not known yet (or could not be rendered, which is reported on its own). */
function isPutOff(issue: ConfigIssue, unknown: readonly Path[]): boolean {
  return (
    issue.code !== "invalid-template" &&
    unknown.some(
      (path) =>
        startsWith(issue.path, path) ||
        (issue.code === "missing-argument" && startsWith(path, issue.path) && issue.path.length > 0),
    )
  );
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((part, index) => path[index] === part);
}
