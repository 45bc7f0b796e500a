/** In a map of a template: what stands for each entry that is not there (Go's zero value of the entries' type). */
export const ABSENT: unique symbol = Symbol("absent entry");

/** A map of texts, as Go has it: an entry that is not there is empty. */
export function textMap(entries: Readonly<Record<string, string>>): Readonly<Record<string | symbol, string>> {
  return { ...entries, [ABSENT]: "" };
}
