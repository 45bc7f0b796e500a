import type * as z from "zod";
import { isPlainObject } from "./coerce.ts";
import { startsWith, type DecodeState, type Path, type RawArguments } from "./decode-state.ts";
import type { Schema } from "./schema.ts";
import { specialFields } from "./special-fields.ts";

export interface Checked {
  readonly prepared: RawArguments;
  /** All of them as decoding leaves them, where nothing is wrong with any. */
  readonly decoded?: RawArguments | undefined;
}

/** Adds to the issues what the rules of a schema, and of the blocks nested in it, find in `prepared` arguments. */
export function checkRules(schema: Schema<unknown>, checked: Checked, path: Path, state: DecodeState): void {
  const { prepared } = checked;
  const decoded = checked.decoded ?? decodeFields(schema, prepared);
  for (const { arguments: names, check } of schema.rules) {
    if (names.some((name) => isInTrouble([...path, name], state))) continue;
    const named = Object.fromEntries(names.map((name) => [name, decoded[name]]));
    const found = check(named as never);
    state.issues.push(...found.map((issue) => ({ ...issue, path: [...path, ...issue.path] })));
  }
  for (const [name, nested] of specialFields(schema).nested) {
    checkNested(nested, prepared[name], [...path, name], state);
  }
}

function checkNested(schema: Schema<unknown>, value: unknown, path: Path, state: DecodeState): void {
  if (isPlainObject(value)) return checkRules(schema, { prepared: value }, path, state);
  if (!Array.isArray(value)) return;
  value.forEach((item, index) => checkNested(schema, item, [...path, index], state));
}

/** Each field decoded on its own, so that one that is wrong does not take the defaults of the others with it. */
function decodeFields(schema: Schema<unknown>, prepared: RawArguments): RawArguments {
  const decoded = fieldsOf(schema).map(([name, field]) => [name, field.safeParse(prepared[name]).data] as const);
  return Object.fromEntries(decoded);
}

function fieldsOf({ object }: Schema<unknown>): [string, z.ZodType][] {
  return Object.entries(object.shape) as [string, z.ZodType][];
}

/** Whether something is wrong with the argument at `path`, or not known of it. */
function isInTrouble(path: Path, { issues, unknown }: DecodeState): boolean {
  if (issues.length === 0 && unknown.length === 0) return false;
  const errors = issues.filter((issue) => issue.severity === "error");
  const troubled = [...unknown, ...errors.map((issue) => issue.path)];
  return troubled.some((other) => startsWith(other, path));
}
