import type { ArgumentCase } from "./argument-cases.ts";

/** By argument: for each of its values, in their order, `x` where it is refused and `.` where it is taken. */
export type Verdicts = Readonly<Record<string, string>>;

export function verdictsAsText(cases: readonly ArgumentCase[], isRefused: (index: number) => boolean): Verdicts {
  const texts = new Map<string, string>();
  for (const [index, one] of cases.entries()) {
    const key = keyOf(one);
    texts.set(key, `${texts.get(key) ?? ""}${isRefused(index) ? "x" : "."}`);
  }
  return Object.fromEntries(texts);
}

/** The values that an argument is given depend on its kind. */
export function keyOf({ name, kind, value }: ArgumentCase): string {
  return value === undefined ? `${name} absent` : `${name} ${kind}`;
}
