import { plainValue } from "../../template/plain-value.ts";
import type { LocalValue, Template } from "../../template/model.ts";
import { containsSensitive } from "../../language/marks.ts";
import type { Value } from "../../language/value.ts";

/** A variable or local value of a template, as a checkpoint remembers it. */
interface NamedValue {
  /** Keyed. */
  readonly digest: string;
  /** As JSON; absent where it is sensitive, or long. */
  readonly text?: string | undefined;
}

/** By what templates call them: `var.x`, `local.y`. */
export type NamedValues = Readonly<Record<string, NamedValue>>;

/** The same in this run, where it is known what the values are. */
export interface CurrentValues {
  readonly named: NamedValues;
  /** Whether a value is, or holds, one of that name. Names of values that say little (`true`, `2`) are in nothing. */
  isIn(name: string, value: unknown): boolean;
}

const LONGEST_TEXT = 60;
const SHORTEST_TELLING = 3;
/** What is called so is often a secret, marked or not. */
const SECRET_NAME = /pass|secret|token|key|credential/i;

export function currentValues(
  { variables, locals }: Pick<Template, "variables" | "locals">,
  digest: (value: unknown) => string,
): CurrentValues {
  const all = new Map<string, Pick<LocalValue, "value" | "sensitive">>([
    ...variables.map((variable) => [`var.${variable.name}`, variable] as const),
    ...locals.map((local) => [`local.${local.name}`, local] as const),
  ]);
  const plain = new Map([...all].map(([name, { value }]) => [name, plainOf(value)]));
  const named = [...all].map(([name, { value, sensitive }]) => {
    const text = JSON.stringify(plain.get(name)) ?? "";
    const isSecret = sensitive || containsSensitive(value) || SECRET_NAME.test(name);
    const isShown = !isSecret && text.length <= LONGEST_TEXT;
    return [name, { digest: digest(plain.get(name)), text: isShown ? text : undefined }] as const;
  });
  return {
    named: Object.fromEntries(named),
    isIn: (name, value) => {
      const whole = JSON.stringify(value) ?? "";
      return textsIn(plain.get(name)).some((text) => whole.includes(JSON.stringify(text).slice(1, -1)));
    },
  };
}

function plainOf(value: Value): unknown {
  return plainValue(value, [], { sensitivePaths: [], secrets: [] });
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value.length < SHORTEST_TELLING ? [] : [value];
  if (typeof value !== "object" || value === null) return textsIn(typeof value === "number" ? String(value) : "");
  return Object.values(value).flatMap(textsIn);
}

/** Names of what is another value than it was. */
export function changedValues(before: NamedValues, { named }: CurrentValues): readonly string[] {
  return Object.keys(named).filter((name) => before[name] && before[name].digest !== named[name]!.digest);
}

/** With both values where they may be shown. */
export function describeChange(name: string, before: NamedValues, { named }: CurrentValues): string {
  const [was, is] = [before[name]?.text, named[name]?.text];
  return was === undefined || is === undefined ? name : `${name} was ${was} and is ${is}`;
}
