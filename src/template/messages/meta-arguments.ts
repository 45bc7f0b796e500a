import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { bracketed } from "../../language/suggestion.ts";
import { error } from "../diagnostics.ts";
import { REQUIRED } from "../meta-reader.ts";

/** `why` is a clause; see `REQUIRED`. */
export function invalidMetaArgument(name: string, why: string, subject: SourceRange | undefined): Diagnostic {
  const found = error("invalid-argument", subject, "Invalid value", `Inappropriate value for "${name}": ${why}.`);
  const written = subject && subject.file.text.slice(subject.start, subject.end);
  if (!subject || written === undefined) return found;
  const isLoneText = why.startsWith("a list of string") && bracketed(subject);
  if (isLoneText) return { ...found, detail: `${found.detail} Put it in brackets: [${written}].`, edits: isLoneText };
  const [, digits] = /^"?(\d+)"?$/.exec(written) ?? [];
  if (why !== REQUIRED.duration || digits === undefined) return found;
  const seconds = `"${digits}s"`;
  const detail = `${found.detail} For seconds, write ${seconds}.`;
  return { ...found, detail, edits: [{ range: subject, text: seconds }] };
}

export const bothOnlyAndExcept = (subject: SourceRange | undefined): Diagnostic =>
  error(
    "conflicting-arguments",
    subject,
    "Conflicting arguments",
    'Only one of "only" and "except" may be set. Remove one of them.',
  );
