import { isUtf8 } from "node:buffer";
import type { Diagnostic } from "./diagnostic.ts";
import { fileTooLarge, invalidUtf8, nulCharacter, utf16File } from "./messages/source-messages.ts";
import { scanTokens } from "./scanner/scan-tokens.ts";
import type { SourceFile } from "./source.ts";
import { viewOf } from "./source-view.ts";
import { TokenKind } from "./token.ts";

/** A text above this size is refused: its tree would not fit into memory, and nobody wrote it by hand. */
export const MAX_SOURCE_BYTES = 32 * 1024 * 1024;

export interface DecodedSource {
  readonly file: SourceFile;
  /**
   * If there is an error among them, the text must not be parsed and `file` only serves to show the place. A warning
   * (bytes in a comment that are not UTF-8) means that the text must not be written back.
   */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Turns the bytes of a file into text. A UTF-8 byte order mark is dropped; UTF-16, invalid UTF-8, NUL characters and
 * files beyond `MAX_SOURCE_BYTES` are reported.
 */
export function decodeSource(name: string, content: Uint8Array): DecodedSource {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.length > MAX_SOURCE_BYTES) {
    const file = { name, text: "" };
    return { file, diagnostics: [fileTooLarge(bytes.length, MAX_SOURCE_BYTES, { file, start: 0, end: 0 })] };
  }
  const utf16 = utf16Encoding(bytes);
  if (utf16 !== undefined) {
    const file = { name, text: new TextDecoder(utf16).decode(bytes) };
    return { file, diagnostics: [utf16File({ file, start: 0, end: 0 })] };
  }
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const file = { name, text: bytes.toString("utf8", hasMark ? 3 : 0) };
  return { file, diagnostics: [...checkUtf8(file, bytes), ...checkNul(file, bytes)] };
}

function checkUtf8(file: SourceFile, bytes: Buffer): Diagnostic[] {
  if (isUtf8(bytes)) return [];
  const outside = firstOutsideComments(file);
  const start = outside ?? file.text.indexOf("\ufffd");
  return [invalidUtf8({ file, start, end: start + 1 }, outside === undefined)];
}

/** The offset of the first undecodable byte that matters; undefined when all are in comments (of native syntax). */
function firstOutsideComments(file: SourceFile): number | undefined {
  if (file.name.endsWith(".json")) return file.text.indexOf("\ufffd");
  const { kinds, starts, ends, count } = scanTokens(viewOf(file), "code", () => {});
  let searched = 0;
  for (let index = 0; index < count; index++) {
    if (kinds[index] !== TokenKind.Comment) continue;
    const found = file.text.slice(searched, starts[index]).indexOf("\ufffd");
    if (found !== -1) return searched + found;
    searched = ends[index]!;
  }
  const found = file.text.indexOf("\ufffd", searched);
  return found === -1 ? undefined : found;
}

function checkNul(file: SourceFile, bytes: Buffer): Diagnostic[] {
  if (!bytes.includes(0)) return [];
  const start = file.text.indexOf("\0");
  return [nulCharacter({ file, start, end: start + 1 })];
}

/** By its byte order mark, or by its beginning: two characters of ASCII, each with a zero byte beside it. */
function utf16Encoding(bytes: Buffer): "utf-16le" | "utf-16be" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes.length < 4) return undefined;
  const [first, second, third, fourth] = [bytes[0]!, bytes[1]!, bytes[2]!, bytes[3]!];
  if (isAsciiText(first) && second === 0 && isAsciiText(third) && fourth === 0) return "utf-16le";
  if (first === 0 && isAsciiText(second) && third === 0 && isAsciiText(fourth)) return "utf-16be";
  return undefined;
}

function isAsciiText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
