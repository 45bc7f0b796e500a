import type { Diagnostic, ReferencedValue, TextEdit } from "../language/diagnostic.ts";
import type { SourceFile, SourceRange } from "../language/source.ts";
import type { Redactor } from "./redact.ts";

/** The diagnostic with every secret masked, in the excerpts of the template too. */
export function redactDiagnostic(
  diagnostic: Diagnostic,
  redactor: Redactor,
  reader: "person" | "program" = "person",
): Diagnostic {
  const { severity, code, summary, detail, subject, context, values, edits } = diagnostic;
  return {
    severity,
    code,
    summary: redactor.text(summary),
    detail: redactor.text(detail),
    subject: subject && redactRange(subject, redactor, reader),
    context: context && redactRange(context, redactor, reader),
    values: values?.map((value) => redactReference(value, redactor)),
    edits: edits?.map((edit) => redactEdit(edit, redactor)),
    // A field that is added to diagnostics does not compile until it is here.
  } satisfies Record<keyof Diagnostic, unknown>;
}

function redactEdit({ range, text }: TextEdit, redactor: Redactor): TextEdit {
  return { range: redactRange(range, redactor), text: redactor.text(text) };
}

function redactReference({ traversal, description }: ReferencedValue, redactor: Redactor): ReferencedValue {
  return { traversal: redactor.text(traversal), description: redactor.text(description) };
}

function redactRange(
  { file, start, end }: SourceRange,
  redactor: Redactor,
  reader: "person" | "program" = "person",
): SourceRange {
  const masked = maskInPlace(file, redactor);
  // A program opens the file by its name.
  const shown = reader === "program" && masked !== file ? { ...masked, name: file.name } : masked;
  return { file: shown, start, end };
}

/**
 * Replaces secrets in a template's text by as many asterisks (line ends kept), so that no line and column moves. What
 * is masked here stands in the user's own file; its length is no secret from its reader.
 */
function maskInPlace(file: SourceFile, redactor: Redactor): SourceFile {
  const ranges = redactor.find(file.text);
  if (ranges.length === 0 && redactor.text(file.name) === file.name) return file;
  let text = "";
  let at = 0;
  for (const { start, end } of ranges) {
    text += file.text.slice(at, start) + file.text.slice(start, end).replace(/[^\r\n]/g, "*");
    at = end;
  }
  return { name: redactor.text(file.name), text: text + file.text.slice(at) };
}
