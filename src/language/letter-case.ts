/**
 * Upper, lower and title case as Go has them: each character on its own, and one for one. So `ß` stays as it is instead
 * of becoming two letters, and a sigma at the end of a word is like any other.
 */
export function upperCase(text: string): string {
  return mapCharacters(text, (char) => single(char.toUpperCase()) ?? shifted(char));
}

export function lowerCase(text: string): string {
  return mapCharacters(text, (char) => [...char.toLowerCase()][0]!);
}

/** Of one letter. A few pairs of letters that are one character have a form for it; Georgian letters have none. */
export function titleCase(letter: string): string {
  const found = digraphs.find((forms) => forms.includes(letter));
  if (found) return found[1];
  return /\p{Script=Georgian}/u.test(letter) ? letter : upperCase(letter);
}

/** A letter at the beginning of a word. Beyond ASCII only spaces divide words. */
export const WORD_START = /(?<![\w\u0080-\u{10ffff}])\p{L}|(?<=\p{White_Space})\p{L}/gu;

/** Upper, title and lower form. */
const digraphs: readonly (readonly [string, string, string])[] = [
  ["Ǆ", "ǅ", "ǆ"],
  ["Ǉ", "ǈ", "ǉ"],
  ["Ǌ", "ǋ", "ǌ"],
  ["Ǳ", "ǲ", "ǳ"],
];

const mapCharacters = (text: string, map: (char: string) => string): string => [...text].map(map).join("");

/** A case mapping of one character to one, or undefined. */
function single(mapped: string): string | undefined {
  return [...mapped].length === 1 ? mapped : undefined;
}

/** Greek letters with a small iota: their simple upper case stands at a fixed distance in Unicode. */
function shifted(char: string): string {
  const code = char.codePointAt(0)!;
  if (/[\u1f80-\u1f87\u1f90-\u1f97\u1fa0-\u1fa7]/.test(char)) return String.fromCodePoint(code + 8);
  return /[\u1fb3\u1fc3\u1ff3]/.test(char) ? String.fromCodePoint(code + 9) : char;
}
