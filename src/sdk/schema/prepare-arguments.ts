import type * as z from "zod";
import { errorMessage } from "../../lib/error-text.ts";
import { LateTemplate, type LateNames } from "../late-template.ts";
import { coerce, isPlainObject, weakNull } from "./coerce.ts";
import { UNKNOWN_ARGUMENT, type DecodeState, type Path, type RawArguments } from "./decode-state.ts";
import { fieldMeta, type FieldKind } from "./field.ts";
import { deprecation, rewriteOldNames } from "./old-names.ts";
import { error, templateProblem } from "./rules.ts";
import type { Schema } from "./schema.ts";
import { specialFields } from "./special-fields.ts";
import { elementType } from "./zod-type.ts";

/** Old names rewritten, strings rendered, primitives converted; what zod then sees is plainly typed. */
export function prepareArguments(
  schema: Schema<unknown>,
  input: RawArguments,
  path: Path,
  state: DecodeState,
): RawArguments {
  const prepared: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rewriteOldNames(schema, input, path, state.issues))) {
    const field = schema.object.shape[name] as z.ZodType | undefined;
    const result = field ? prepareField(field, value, [...path, name], state) : value;
    if (result !== undefined) prepared[name] = result;
  }
  addLateDefaults(schema, prepared, state);
  return prepared;
}

/** `undefined` for an argument that is as good as not given. */
function prepareField(field: z.ZodType, value: unknown, path: Path, state: DecodeState): unknown {
  const { replacement } = fieldMeta(field);
  const result = prepare(value, field, path, state);
  if (replacement && result !== undefined) state.issues.push(deprecation(replacement, path));
  if (isIdleZero(result, field)) return undefined;
  if (!isBlank(result, field, state)) return result;
  state.blank.add(JSON.stringify(path));
  return undefined;
}

/** A zero that an optional argument cannot have leaves it unset, as in Packer, which cannot tell the two apart. */
function isIdleZero(value: unknown, field: z.ZodType): boolean {
  const { fieldKind, zeroIsUnset } = fieldMeta(field);
  if (zeroIsUnset === true) return value === "0";
  const isNumber = fieldKind === "integer" || fieldKind === "number";
  return isNumber && value === 0 && !field.safeParse(0).success && field.safeParse(undefined).success;
}

/** What is written as text. In legacy JSON templates everything may be. */
const textual: ReadonlySet<FieldKind> = new Set(["text", "late", "choice", "duration"]);

/** An empty text is how an argument is left unset, as in Packer, which cannot tell the two apart. */
function isBlank(value: unknown, field: z.ZodType, { options }: DecodeState): boolean {
  const { fieldKind, keepsEmpty } = fieldMeta(field);
  if (keepsEmpty === true) return false;
  if (!options.weak && !textual.has(fieldKind)) return false;
  return value === "" || (value instanceof LateTemplate && value.text === "");
}

function addLateDefaults(schema: Schema<unknown>, prepared: Record<string, unknown>, state: DecodeState): void {
  for (const { name, text, names } of specialFields(schema).lateDefaults) {
    prepared[name] ??= new LateTemplate(text, names, state.options);
  }
}

function prepare(value: unknown, field: z.ZodType, path: Path, state: DecodeState): unknown {
  if (value === UNKNOWN_ARGUMENT) {
    state.unknown.push(path);
    return undefined;
  }
  if (value === null || value === undefined) return undefined;
  const { fieldKind, nested, lateNames = [] } = fieldMeta(field);
  const isText = typeof value === "string" && !holdsLate(field);
  const rendered = isText ? render(value, path, state) : value;
  const typed = coerce(rendered, fieldKind, state.options.weak);
  if (fieldKind === "late") return prepareLate(typed, lateNames, path, state);
  if (nested) return prepareBlocks(nested, typed, path, state);
  return prepareElements(typed, elementType(field), path, state);
}

function prepareLate(value: unknown, names: LateNames, path: Path, state: DecodeState): unknown {
  if (typeof value !== "string") return value;
  const template = new LateTemplate(value, names, state.options);
  state.issues.push(...template.problems().map((problem) => templateProblem(path, problem)));
  return template;
}

function prepareBlocks(schema: Schema<unknown>, value: unknown, path: Path, state: DecodeState): unknown {
  if (isPlainObject(value)) return prepareArguments(schema, value, path, state);
  if (!Array.isArray(value)) return value;
  return value.map((item: unknown, index) =>
    isPlainObject(item) ? prepareArguments(schema, item, [...path, index], state) : item,
  );
}

function prepareElements(value: unknown, element: z.ZodType | undefined, path: Path, state: DecodeState): unknown {
  const prepareOne = (item: unknown, key: string | number) => {
    const at = [...path, key];
    if (!element) return prepareAny(item, at, state);
    return prepare(item === null ? nullElement(element, state) : item, element, at, state);
  };
  if (Array.isArray(value)) return withoutNullRows(value, element).map((item, index) => prepareOne(item, index));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, prepareOne(item, key)]));
}

/** In a list of lists (`qemuargs`) a null stands for a row without anything, which does nothing. */
function withoutNullRows(items: readonly unknown[], element: z.ZodType | undefined): readonly unknown[] {
  const isRow = element !== undefined && fieldMeta(element).fieldKind === "list";
  return isRow ? items.filter((item) => item !== null) : items;
}

/** In a list or map of a legacy template a null is nothing of its kind. */
function nullElement(element: z.ZodType, { options }: DecodeState): unknown {
  return options.weak ? weakNull(fieldMeta(element).fieldKind) : null;
}

function prepareAny(value: unknown, path: Path, state: DecodeState): unknown {
  if (value === UNKNOWN_ARGUMENT) state.unknown.push(path);
  if (typeof value === "string") return render(value, path, state);
  return prepareElements(value, undefined, path, state);
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
    state.issues.push(error("invalid-template", path, "Invalid template", errorMessage(failure)));
    state.unknown.push(path);
    return undefined;
  }
}
