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
}

export interface ReferencedValue {
  /** As written, e.g. `var.region`. */
  readonly traversal: string;
  /** A short description, e.g. `is "us-east-1"` or `is a sensitive value`. */
  readonly description: string;
}

/** An error at a place; its arguments are the fields of `Diagnostic`. */
export function errorAt(
  code: string,
  summary: string,
  detail: string,
  subject: SourceRange,
  context?: SourceRange,
): Diagnostic {
  return { severity: "error", code, summary, detail, subject, ...(context && { context }) };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
