import { bracketChange, TokenKind, type Tokens } from "../token.ts";
import type { Line } from "./line.ts";

const INDENT = 2;

/**
 * Sets the space at the beginning of each line: two for every earlier line that opened more brackets than it closed,
 * however many it opened. Lines that are text of a heredoc are part of a token and stay as they are.
 */
export function indentLines(tokens: Tokens, lines: readonly Line[], spaces: Uint32Array): void {
  /** For each level of indentation, how many brackets its line left open. */
  const levels: number[] = [];
  for (const { start, assign, comment, end } of lines) {
    if (start === end) continue;
    const net = bracketsBeforeHeredoc(tokens, start, assign) + bracketsBeforeHeredoc(tokens, assign, comment);
    if (net < 0) closeLevels(levels, -net);
    spaces[start] = INDENT * levels.length;
    if (net > 0) levels.push(net);
  }
}

/** The net number of brackets a cell opens. What an interpolation inside a heredoc leaves open does not count. */
function bracketsBeforeHeredoc(tokens: Tokens, start: number, end: number): number {
  let net = 0;
  for (let index = start; index < end && tokens.kinds[index] !== TokenKind.OpenHeredoc; index++) {
    net += bracketChange(tokens.kinds[index]!);
  }
  return net;
}

function closeLevels(levels: number[], count: number): void {
  let left = count;
  while (left > 0 && levels.length > 0) {
    const last = levels[levels.length - 1]!;
    if (left < last) levels[levels.length - 1] = last - left;
    else levels.pop();
    left -= last;
  }
}
