import type { SourceRange } from "./source.ts";

/**
 * Something wrong with (or doubtful in) the text a user wrote. Collected, never thrown.
 *
 * `summary` is terse and holds no user-chosen names; `detail` is full sentences: what is wrong, why, what to do.
 * `subject` is the exact text at fault, `context` a wider range worth showing around it.
 */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Stable kebab-case identifier, part of the public interface (JSON output, tests). */
  readonly code: string;
  readonly summary: string;
  readonly detail: string;
  readonly subject?: SourceRange | undefined;
  readonly context?: SourceRange | undefined;
  /** Values of the references in the failing expression, already shortened and with sensitive ones masked. */
  readonly values?: readonly ReferencedValue[] | undefined;
  /** Changes of the text that would mend it, all of them together; they do not overlap. */
  readonly edits?: readonly TextEdit[] | undefined;
}

/** Other text in place of a range; an empty range is an insertion. */
export interface TextEdit {
  readonly range: SourceRange;
  readonly text: string;
}

export interface ReferencedValue {
  /** As written, e.g. `var.region`. */
  readonly traversal: string;
  /** A short description, e.g. `is "us-east-1"` or `is a sensitive value`. */
  readonly description: string;
}

/**
 * Where a diagnostic points: its subject, or the subject with more that helps to see it; undefined where there is no
 * text.
 */
export type DiagnosticPlace = SourceRange | Pick<Diagnostic, "subject" | "context" | "values"> | undefined;

/**
 * The makers of diagnostics. All layers have this one order: code, place, summary, detail. (Where text has no ranges
 * yet, as in `sdk/schema`, the place is the path of an argument.) Their callers are the message factories of a layer,
 * which have one home.
 */
export function error(code: string, place: DiagnosticPlace, summary: string, detail: string): Diagnostic {
  return { severity: "error", code, summary, detail, ...pointing(place) };
}

export function warning(code: string, place: DiagnosticPlace, summary: string, detail: string): Diagnostic {
  return { severity: "warning", code, summary, detail, ...pointing(place) };
}

function pointing(place: DiagnosticPlace): Pick<Diagnostic, "subject" | "context" | "values"> {
  if (place === undefined || "file" in place) return { subject: place };
  return place;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
