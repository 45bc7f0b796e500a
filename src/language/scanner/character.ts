/** Code units the scanner decides by, and the character classes of the specification. */
export const Char = {
  Null: 0,
  Tab: 9,
  LineFeed: 10,
  CarriageReturn: 13,
  Space: 32,
  Bang: 33,
  DoubleQuote: 34,
  Hash: 35,
  Dollar: 36,
  Percent: 37,
  Ampersand: 38,
  SingleQuote: 39,
  OpenParen: 40,
  CloseParen: 41,
  Star: 42,
  Plus: 43,
  Comma: 44,
  Minus: 45,
  Dot: 46,
  Slash: 47,
  Zero: 48,
  Nine: 57,
  Colon: 58,
  Less: 60,
  Equal: 61,
  Greater: 62,
  Question: 63,
  OpenBracket: 91,
  Backslash: 92,
  CloseBracket: 93,
  Underscore: 95,
  Backtick: 96,
  OpenBrace: 123,
  Pipe: 124,
  CloseBrace: 125,
  Tilde: 126,
} as const;

const START = 1;
const CONTINUE = 2;
const ASCII_CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) return START | CONTINUE;
  return /[0-9-]/.test(character) ? CONTINUE : 0;
});
const FIRST: CharacterClass = { ascii: START, unicode: /^\p{ID_Start}/u };
const FURTHER: CharacterClass = { ascii: CONTINUE, unicode: /^\p{ID_Continue}/u };

interface CharacterClass {
  readonly ascii: number;
  /** For characters beyond ASCII. */
  readonly unicode: RegExp;
}

/** `Identifier = (ID_Start | "_") (ID_Continue | "-")*`: the length of the identifier at `start`, 0 if there is none. */
export function identifierLength(text: string, start: number, end: number): number {
  let position = start + classLength(text, start, end, FIRST);
  if (position === start) return 0;
  for (;;) {
    const length = classLength(text, position, end, FURTHER);
    if (length === 0) return position - start;
    position += length;
  }
}

/** The end of a line without the carriage return before its line feed. */
export function withoutReturn(text: string, lineEnd: number): number {
  return text.charCodeAt(lineEnd - 1) === Char.CarriageReturn ? lineEnd - 1 : lineEnd;
}

export function isDigit(code: number): boolean {
  return code >= Char.Zero && code <= Char.Nine;
}

/** The number of code units (0, 1 or 2) at `position` that form one character of the class. */
function classLength(text: string, position: number, end: number, { ascii, unicode }: CharacterClass): number {
  if (position >= end) return 0;
  const code = text.charCodeAt(position);
  if (code < 128) return Number((ASCII_CLASSES[code]! & ascii) !== 0);
  const character = String.fromCodePoint(text.codePointAt(position)!);
  return unicode.test(character) ? character.length : 0;
}
