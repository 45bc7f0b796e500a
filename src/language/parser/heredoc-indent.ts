import { graphemeLength } from "../grapheme.ts";
import type { Segment, TextSegment } from "./segment.ts";

/**
 * Removes from every line of a `<<-` heredoc as much leading white space as all lines have in common.
 * Blank lines do not count, and neither does a line whose beginning was joined to another by a strip marker.
 */
export function removeIndentation(segments: readonly Segment[]): void {
  const lines: TextSegment[] = [];
  let common = Number.POSITIVE_INFINITY;
  let atLineStart = true;
  for (const segment of segments) {
    if (atLineStart) {
      if (segment.kind !== "text") common = 0;
      else if (segment.text.trim() !== "" || !segment.text.endsWith("\n")) {
        common = Math.min(common, graphemeLength(leadingSpace(segment.text)));
        lines.push(segment);
      }
    }
    atLineStart = segment.kind === "text" && segment.text.endsWith("\n");
  }
  if (!Number.isFinite(common) || common === 0) return;
  for (const line of lines) line.text = line.text.slice(common);
}

function leadingSpace(text: string): string {
  return text.slice(0, text.length - text.trimStart().length);
}
