import type { KeyInputs } from "../../sdk/checkpoint.ts";
import type { CheckpointRecord } from "./record.ts";
import type { KeyedStep } from "./key-chain.ts";
import { changedValues, describeChange, type CurrentValues, type NamedValues } from "./named-values.ts";

/**
 * Why a step is run again: what differs from the latest checkpoint of the same step. `undefined` where there is none to
 * compare with.
 */
export function whyAgain(step: KeyedStep, index: number, { records, values }: Earlier): string | undefined {
  if (step.runsAlways !== undefined) return step.runsAlways;
  const earlier = records.filter((record) => record.step === index && record.parent === step.parent);
  const latest = earlier.toSorted((one, other) => other.createdAt - one.createdAt)[0];
  if (!latest) return undefined;
  const names = new Set([...Object.keys(step.inputs), ...Object.keys(latest.inputs)]);
  const changed = [...names].filter((name) => step.inputs[name] !== latest.inputs[name]);
  if (changed.length === 0) return undefined;
  const { values: before = {} } = latest;
  const named = changed
    .slice(0, MOST_NAMED)
    .map((name) => `${name}${spoiler(step.values, name)} changed${behind(name, step, { before, values })}`);
  const more = changed.length - named.length;
  return named.join(", ") + (more > 0 ? `, and ${more} more` : "");
}

export interface Earlier {
  /** Checkpoints of this build of this template. */
  readonly records: readonly CheckpointRecord[];
  /** The variables and local values of the template as they are now. */
  readonly values: CurrentValues;
}

const MOST_NAMED = 4;

interface Comparison {
  readonly before: NamedValues;
  readonly values: CurrentValues;
}

/** The variables and local values that an argument took its change from, as far as its text tells. */
function behind(argument: string, step: KeyedStep, { before, values }: Comparison): string {
  if (!argument.startsWith("argument ")) return "";
  const changed = changedValues(before, values);
  const shown = changed.filter((name) => values.isIn(name, step.values[argument]));
  const names = (shown.length > 0 ? shown : changed).slice(0, MOST_NAMED);
  if (names.length === 0) return "";
  const described = names.map((name) => describeChange(name, before, values)).join(", ");
  return shown.length > 0 ? ` (${described})` : ` (perhaps by ${described})`;
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i;

/** A value that is new at each run spoils every reuse. */
function spoiler(values: KeyInputs, name: string): string {
  const text = JSON.stringify(values[name]) ?? "";
  if (UUID.test(text)) return " (it holds a UUID, which may be new at each run)";
  if (text.includes(new Date().toISOString().slice(0, 10)) || hasTimestamp(text)) return " (it holds today's time)";
  return "";
}

const A_DAY_S = 24 * 3600;

function hasTimestamp(text: string): boolean {
  const now = Date.now() / 1000;
  const numbers = text.match(/\b\d{10}\b/g) ?? [];
  return numbers.some((number) => Math.abs(Number(number) - now) < A_DAY_S);
}
