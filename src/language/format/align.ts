import { graphemeLength } from "../grapheme.ts";
import type { Tokens } from "../token.ts";
import type { Line } from "./line.ts";

/**
 * Aligns the equals signs of neighbouring lines that have one, then the remarks of neighbouring lines that have one:
 * each run of such lines by its widest.
 */
export function alignCells(tokens: Tokens, text: string, lines: readonly Line[], spaces: Uint32Array): void {
  const widthOf = (start: number, end: number): number => {
    let width = 0;
    for (let index = start; index < end; index++) {
      width += spaces[index]! + graphemeLength(text.slice(tokens.starts[index], tokens.ends[index]));
    }
    return width;
  };
  alignRuns(
    lines,
    (line) => line.assign < line.comment,
    (line) => widthOf(line.start, line.assign),
    (line, space) => (spaces[line.assign] = space),
  );
  alignRuns(
    lines,
    (line) => line.comment < line.end,
    (line) => widthOf(line.start, line.comment),
    (line, space) => (spaces[line.comment] = space),
  );
}

function alignRuns(
  lines: readonly Line[],
  hasCell: (line: Line) => boolean,
  widthBefore: (line: Line) => number,
  setSpace: (line: Line, space: number) => void,
): void {
  let run: { readonly line: Line; readonly width: number }[] = [];
  const finishRun = (): void => {
    const widest = run.reduce((most, { width }) => Math.max(most, width), 0);
    for (const { line, width } of run) setSpace(line, widest - width + 1);
    run = [];
  };
  for (const line of lines) {
    if (hasCell(line)) run.push({ line, width: widthBefore(line) });
    else if (run.length > 0) finishRun();
  }
  finishRun();
}
