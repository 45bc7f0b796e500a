import type { Diagnostic } from "../language/diagnostic.ts";
import type { SourceFile, SourceRange } from "../language/source.ts";
import type { BuildEvent } from "../sdk/event.ts";
import type { Redactor } from "./redact.ts";

/**
 * The event with every text in it masked that anybody but imgbuild chose. Its own vocabulary (kinds, outcomes, units,
 * diagnostic codes) stays: a secret `failed` must not make an event unreadable.
 */
export function redactEvent(event: BuildEvent, redactor: Redactor): BuildEvent {
  if (event.kind === "diagnostic")
    return { kind: "diagnostic", diagnostic: redactDiagnostic(event.diagnostic, redactor) };
  const redacted = redactor.value(event);
  return redacted === event ? event : restoreVocabulary(event, redacted);
}

const vocabulary = [
  "kind",
  "outcome",
  "stream",
  "unit",
  "done",
  "total",
  "durationMs",
  "elapsedMs",
  "limitMs",
  "bytes",
] as const;

function restoreVocabulary(event: BuildEvent, redacted: BuildEvent): BuildEvent {
  const original = event as unknown as Record<string, unknown>;
  const kept = vocabulary.flatMap((name) => (name in event ? [[name, original[name]] as const] : []));
  const names = Object.fromEntries(kept) as Partial<BuildEvent>;
  // Redaction may have masked a key that spells a secret; the keys of an event are ours.
  const values = Object.values(redacted as object) as unknown[];
  const same = Object.fromEntries(Object.keys(event).map((key, index) => [key, values[index]]));
  return { ...same, ...names } as BuildEvent;
}

export function redactDiagnostic(diagnostic: Diagnostic, redactor: Redactor): Diagnostic {
  const range = (given: SourceRange | undefined) => given && redactRange(given, redactor);
  return {
    severity: diagnostic.severity,
    code: diagnostic.code,
    summary: redactor.text(diagnostic.summary),
    detail: redactor.text(diagnostic.detail),
    subject: range(diagnostic.subject),
    context: range(diagnostic.context),
    values: diagnostic.values?.map(({ traversal, description }) => ({
      traversal: redactor.text(traversal),
      description: redactor.text(description),
    })),
  };
}

function redactRange({ file, start, end }: SourceRange, redactor: Redactor): SourceRange {
  return { file: maskInPlace(file, redactor), start, end };
}

/**
 * Replaces secrets in a template's text by as many asterisks (line ends kept), so that no line and column moves. What is
 * masked here stands in the user's own file; its length is no secret from its reader.
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
