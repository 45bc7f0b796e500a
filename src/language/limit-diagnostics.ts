import type { Diagnostic } from "./diagnostic.ts";
import { moreProblems } from "./messages/source-messages.ts";

/** How many problems of one file are reported at most. */
export const MAX_DIAGNOSTICS = 100;

/**
 * Sorts by place in the text and, beyond `MAX_DIAGNOSTICS`, replaces the rest by a note that says how many there are.
 */
export function limitDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length < 2) return diagnostics;
  const sorted = [...diagnostics].sort((a, b) => (a.subject?.start ?? 0) - (b.subject?.start ?? 0));
  if (sorted.length <= MAX_DIAGNOSTICS) return sorted;
  const rest = sorted.length - MAX_DIAGNOSTICS;
  return [...sorted.slice(0, MAX_DIAGNOSTICS), moreProblems(rest, sorted[MAX_DIAGNOSTICS]!.subject)];
}
