import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { error } from "../diagnostics.ts";

/** `why` is a clause; see `REQUIRED`. */
export const invalidMetaArgument = (name: string, why: string, subject: SourceRange | undefined): Diagnostic =>
  error("invalid-argument", subject, "Invalid value", `Inappropriate value for "${name}": ${why}.`);

export const bothOnlyAndExcept = (subject: SourceRange | undefined): Diagnostic =>
  error(
    "conflicting-arguments",
    subject,
    "Conflicting arguments",
    'Only one of "only" and "except" may be set. Remove one of them.',
  );
