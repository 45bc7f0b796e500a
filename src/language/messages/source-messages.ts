import type { Diagnostic } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";

/** Problems of a file as a whole. */

export function moreProblems(count: number, subject: SourceRange | undefined): Diagnostic {
  return {
    severity: "error",
    code: "more-problems",
    summary: "More problems",
    detail: `${count} more ${count === 1 ? "problem was" : "problems were"} found in this file, from here on. Fix those above first.`,
    subject,
  };
}

export function invalidUtf8(subject: SourceRange): Diagnostic {
  return {
    severity: "error",
    code: "invalid-utf8",
    summary: "Invalid UTF-8",
    detail:
      "Here the file holds bytes that are not valid UTF-8. Save it as UTF-8 in your editor (it may be in Latin-1 or Windows-1252), or remove them.",
    subject,
  };
}

export function utf16File(subject: SourceRange): Diagnostic {
  return {
    severity: "error",
    code: "utf16-file",
    summary: "File in UTF-16",
    detail: "The file is encoded in UTF-16, as Windows PowerShell writes it by default. Save it as UTF-8.",
    subject,
  };
}

export function fileTooLarge(name: string, megabytes: number): Diagnostic {
  return {
    severity: "error",
    code: "file-too-large",
    summary: "File too large",
    detail: `${name} is ${megabytes} MB. A template of more than 64 MB is certainly something else.`,
  };
}
