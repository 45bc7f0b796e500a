import { invalidEscape } from "../messages/template-messages.ts";
import type { Parser } from "./parser.ts";

const SIMPLE: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };
const ESCAPE = /\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^]|$)|\$\$\{|%%\{/gu;
const TEMPLATE_ESCAPE = /\$\$\{|%%\{/g;

/**
 * The meaning of template text: `$${` and `%%{` lose a sign, and (in quotes only) backslash escapes are resolved.
 * An unknown escape is kept as written, and the first one in the text is reported.
 */
export function decodeEscapes(parser: Parser, start: number, end: number, backslashes: boolean): string {
  const text = parser.text.slice(start, end);
  if (!backslashes) return text.includes("{") ? text.replace(TEMPLATE_ESCAPE, (match) => match.slice(1)) : text;
  if (!text.includes("\\") && !text.includes("{")) return text;
  let isReported = false;
  return text.replace(ESCAPE, (match, offset: number) => {
    if (!match.startsWith("\\")) return match.slice(1);
    const simple = SIMPLE[match.slice(1)];
    if (simple !== undefined) return simple;
    const codePoint = match.length > 4 ? Number.parseInt(match.slice(2), 16) : -1;
    if (isCharacter(codePoint)) return String.fromCodePoint(codePoint);
    if (!isReported)
      parser.reportAside(invalidEscape(match, parser.range(start + offset, start + offset + match.length)));
    isReported = true;
    return match;
  });
}

/** Halves of surrogate pairs are none: HCL has \U for what is beyond four digits. */
function isCharacter(codePoint: number): boolean {
  const isHalf = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return codePoint >= 0 && codePoint <= 0x10ffff && !isHalf;
}
