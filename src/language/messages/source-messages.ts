import { error, warning, type Diagnostic } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";

/** Problems of a file as a whole. */

export function moreProblems(count: number, subject: SourceRange | undefined): Diagnostic {
  const problems = count === 1 ? "problem was" : "problems were";
  return error(
    "more-problems",
    subject,
    "More problems",
    `${count} more ${problems} found in this file, from here on. Fix those above first.`,
  );
}

const IN_COMMENT = { make: warning, what: "This comment holds" };
const ELSEWHERE = { make: error, what: "Here the file holds" };

export function invalidUtf8(subject: SourceRange, isInComment: boolean): Diagnostic {
  const { make, what } = isInComment ? IN_COMMENT : ELSEWHERE;
  return make(
    "invalid-utf8",
    subject,
    "Invalid UTF-8",
    `${what} bytes that are not valid UTF-8. Save the file as UTF-8 in your editor (it may be in Latin-1 or Windows-1252), or remove them.`,
  );
}

export function utf16File(subject: SourceRange): Diagnostic {
  return error(
    "utf16-file",
    subject,
    "File in UTF-16",
    "The file is encoded in UTF-16, as Windows PowerShell writes it by default. Save it as UTF-8.",
  );
}

export function nulCharacter(subject: SourceRange): Diagnostic {
  return error(
    "nul-character",
    subject,
    "NUL character",
    "The file holds a NUL character, which no template has. It may be damaged, or not be a text file at all.",
  );
}

export function fileTooLarge(size: number, limit: number, subject: SourceRange): Diagnostic {
  const megabytes = (bytes: number): number => Math.round(bytes / (1024 * 1024));
  return error(
    "file-too-large",
    subject,
    "File too large",
    `The file has ${megabytes(size)} MB; up to ${megabytes(limit)} MB are read. Is it the right file?`,
  );
}
