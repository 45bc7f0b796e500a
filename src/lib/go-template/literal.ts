import { GoTemplateError } from "./error.ts";
import type { Span } from "./ast.ts";

/** The value of a Go string literal in double quotes or back quotes, or of a character constant (a number). */
export function unquote(source: string, span: Span): string | number {
  if (source.startsWith("`")) return source.slice(1, -1).replaceAll("\r", "");
  const text = unescape(source.slice(1, -1), span);
  if (source.startsWith('"')) return text;
  const characters = [...text];
  if (characters.length !== 1) throw new GoTemplateError(`malformed character constant: ${source}`, span);
  return characters[0]!.codePointAt(0)!;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

function unescape(body: string, span: Span): string {
  return body.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S]|$)/g,
    (whole, escape: string) => {
      const simple = simpleEscapes[escape];
      if (simple !== undefined) return simple;
      const isOctal = /^[0-7]/.test(escape);
      const code = isOctal ? parseInt(escape, 8) : parseInt(escape.slice(1), 16);
      const valid = escape.length > 1 && code <= 0x10ffff;
      if (!valid) throw new GoTemplateError(`unknown escape sequence ${whole} in a string`, span);
      return String.fromCodePoint(code);
    },
  );
}

/** A Go number: decimal, hexadecimal, octal or binary, with `_` between digits, or a float. */
export function parseNumber(source: string, span: Span): number {
  const plain = source.replaceAll("_", "");
  const digits = plain.replace(/^[+-]/, "");
  const isOldOctal = /^0[0-7]+$/.test(digits);
  const number = isOldOctal ? parseInt(digits, 8) : Number(digits);
  if (!numberForm.test(digits) || Number.isNaN(number))
    throw new GoTemplateError(`bad number syntax: "${source}"`, span);
  return plain.startsWith("-") ? -number : number;
}

const numberForm = /^(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)$/;
