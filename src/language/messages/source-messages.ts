import { errorAt, type Diagnostic } from "../diagnostic.ts";
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

export function invalidUtf8(subject: SourceRange, isInComment: boolean): Diagnostic {
  return {
    severity: isInComment ? "warning" : "error",
    code: "invalid-utf8",
    summary: "Invalid UTF-8",
    detail: `${isInComment ? "This comment holds" : "Here the file holds"} bytes that are not valid UTF-8. Save the file as UTF-8 in your editor (it may be in Latin-1 or Windows-1252), or remove them.`,
    subject,
  };
}

export function utf16File(subject: SourceRange): Diagnostic {
  return errorAt(
    "utf16-file",
    "File in UTF-16",
    "The file is encoded in UTF-16, as Windows PowerShell writes it by default. Save it as UTF-8.",
    subject,
  );
}

export function nulCharacter(subject: SourceRange): Diagnostic {
  return errorAt(
    "nul-character",
    "NUL character",
    "The file holds a NUL character, which no template has. It may be damaged, or not be a text file at all.",
    subject,
  );
}

export function fileTooLarge(size: number, limit: number, subject: SourceRange): Diagnostic {
  const megabytes = (bytes: number): number => Math.round(bytes / (1024 * 1024));
  return errorAt(
    "file-too-large",
    "File too large",
    `The file has ${megabytes(size)} MB; up to ${megabytes(limit)} MB are read. Is it the right file?`,
    subject,
  );
}
