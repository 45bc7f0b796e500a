import { structuredPatch } from "diff";

/** The difference between two texts as `diff -u` prints it, with three lines of context; empty if there is none. */
export function unifiedDiff(oldName: string, newName: string, oldText: string, newText: string): string {
  if (oldText === newText) return "";
  const { hunks } = structuredPatch(oldName, newName, oldText, newText, undefined, undefined, { context: 3 });
  const lines = hunks.flatMap((hunk) => [
    `@@ -${span(hunk.oldStart, hunk.oldLines)} +${span(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
  return [`--- ${oldName}`, `+++ ${newName}`, ...lines, ""].join("\n");
}

/** A count of one is omitted; an empty span is denoted by the line before it. */
function span(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  if (count === 1) return String(start);
  return `${start},${count}`;
}
