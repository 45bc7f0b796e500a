import { scanTokens } from "../scanner/scan-tokens.ts";
import type { SourceFile } from "../source.ts";
import { viewOf } from "../source-view.ts";
import { TokenKind, type Tokens } from "../token.ts";
import { alignCells } from "./align.ts";
import { indentLines } from "./indent.ts";
import { linesOf } from "./line.ts";
import { spaceTokens } from "./space.ts";

/**
 * The text in the canonical style of `packer fmt` and `terraform fmt`. Nothing but spaces and tabs changes: lines,
 * comments, and everything inside strings and heredocs stay. Formatting is idempotent.
 * Meant for text that parses without errors; of other text the result is unspecified, though nothing is lost.
 */
export function formatHcl(file: SourceFile): string {
  const { text } = file;
  const tokens = scanTokens(viewOf(file), "code", () => {});
  const lines = linesOf(tokens, text);
  const spaces = new Uint32Array(tokens.count);
  keepSpaces(tokens, spaces);
  indentLines(tokens, lines, spaces);
  spaceTokens(tokens, text, lines, spaces);
  alignCells(tokens, text, lines, spaces);
  return applySpaces(text, tokens, spaces);
}

/** Starts from the existing space. A newline has none before it. */
function keepSpaces(tokens: Tokens, spaces: Uint32Array): void {
  let end = 0;
  for (let index = 0; index < tokens.count; index++) {
    const isLineEnd = tokens.kinds[index] === TokenKind.Newline;
    spaces[index] = isLineEnd ? 0 : tokens.starts[index]! - end;
    end = tokens.ends[index]!;
  }
}

/** Writes the tokens with their new spaces. Unchanged stretches are copied as a whole. */
function applySpaces(text: string, tokens: Tokens, spaces: Uint32Array): string {
  const pieces: string[] = [];
  let copied = 0;
  let end = 0;
  for (let index = 0; index < tokens.count; index++) {
    const start = tokens.starts[index]!;
    const width = spaces[index]!;
    if (start - end !== width || (width > 0 && !isBlank(text, end, start))) {
      pieces.push(text.slice(copied, end), " ".repeat(width));
      copied = start;
    }
    end = tokens.ends[index]!;
  }
  if (copied === 0) return text;
  pieces.push(text.slice(copied));
  return pieces.join("");
}

/** Whether there are only spaces (no tabs) in this stretch. */
function isBlank(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if (text.charCodeAt(index) !== 32) return false;
  return true;
}
