import type { Diagnostic } from "./diagnostic.ts";
import { positionOf } from "./position.ts";
import { moreProblems } from "./messages/source-messages.ts";

/** How many problems of one file are reported at most. */
export const MAX_DIAGNOSTICS = 100;

/** So many lines after one another that are no HCL are one mistake: a script that was pasted, a bracket not closed. */
const MANY_TOGETHER = 8;
const NO_HCL: ReadonlySet<string> = new Set([
  "incomplete-item",
  "invalid-block-header",
  "invalid-character",
  "missing-open-brace",
]);
/** What is said of such a mistake. */
const SAID_OF_MANY = 2;

/**
 * Sorts by place in the text and replaces by a note that says how many there are: what follows from one mistake, and
 * everything beyond `MAX_DIAGNOSTICS`.
 */
export function limitDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length < 2) return diagnostics;
  const sorted = [...diagnostics].sort((a, b) => (a.subject?.start ?? 0) - (b.subject?.start ?? 0));
  const told = together(sorted).flatMap(firstOfMany);
  if (told.length <= MAX_DIAGNOSTICS) return told;
  const rest = told.length - MAX_DIAGNOSTICS;
  return [...told.slice(0, MAX_DIAGNOSTICS), moreProblems(rest, told[MAX_DIAGNOSTICS]!.subject)];
}

function firstOfMany(group: readonly Diagnostic[]): readonly Diagnostic[] {
  if (group.length < MANY_TOGETHER) return group;
  return [...group.slice(0, SAID_OF_MANY), moreProblems(group.length - SAID_OF_MANY, group[SAID_OF_MANY]!.subject)];
}

/** Runs of lines that are no HCL, each at most two lines after the one before; every other problem is alone. */
function together(sorted: readonly Diagnostic[]): readonly (readonly Diagnostic[])[] {
  const groups: Diagnostic[][] = [];
  let last = -Infinity;
  for (const diagnostic of sorted) {
    const { subject, code } = diagnostic;
    const line = subject && NO_HCL.has(code) ? positionOf(subject.file, subject.start).line : Infinity;
    if (groups.length > 0 && line - last <= 2) groups.at(-1)!.push(diagnostic);
    else groups.push([diagnostic]);
    last = line;
  }
  return groups;
}
