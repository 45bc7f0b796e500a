const names: ReadonlyMap<string, string> = new Map([
  ["\n", "A line break"],
  ["\r", "A carriage return"],
  ["\t", "A tab character"],
  ["\u00a0", "A no-break space (U+00A0)"],
]);

/** A character at the start of a sentence: quoted where it can be seen, by its number where not. */
export function describeCharacter(character: string): string {
  const known = names.get(character);
  if (known !== undefined) return known;
  const number = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  if (/\p{C}|\p{Z}/u.test(character)) return `The character ${number}`;
  return `The character "${character}" (${number})`;
}
