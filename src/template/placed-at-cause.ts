import type { Diagnostic } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";
import type { OverridingBlock } from "./given-arguments.ts";

/** What is wrong only with the block of the build over the source (and not said of `ofSource` alone) points at that block. */
export function placedAtCause(
  found: Diagnostic,
  ofSource: readonly Diagnostic[],
  { header, range }: OverridingBlock,
): Diagnostic {
  if (isWithin(found.subject, range) || ofSource.some((other) => isSame(other, found))) return found;
  return { ...found, subject: header, context: undefined, edits: undefined };
}

function isWithin(subject: SourceRange | undefined, { file, start, end }: SourceRange): boolean {
  return subject?.file === file && start <= subject.start && subject.end <= end;
}

function isSame(a: Diagnostic, b: Diagnostic): boolean {
  const isSamePlace = a.subject?.file === b.subject?.file && a.subject?.start === b.subject?.start;
  return isSamePlace && a.code === b.code && a.detail === b.detail;
}
