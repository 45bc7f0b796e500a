import { error, type Diagnostic, type DiagnosticPlace } from "../diagnostic.ts";
import { lineOf } from "../position.ts";
import type { SourceRange } from "../source.ts";
import { suggesting } from "../suggestion.ts";

/** Mistakes in strings, heredocs and template sequences, and comments without an end. */

export function unclosedString(place: DiagnosticPlace): Diagnostic {
  return error(
    "unclosed-string",
    place,
    "Missing closing quote",
    'The string that begins here is not closed on its line. Add the closing ". (A quote inside a string is written \\".)',
  );
}

export function multiLineString(place: DiagnosticPlace): Diagnostic {
  return error(
    "multi-line-string",
    place,
    "String over several lines",
    "A string in quotes must end on its line. Write \\n for a line break, or use a heredoc:\n\n    <<-EOT\n      first line\n      second line\n    EOT",
  );
}

const SIGNS = { interpolation: "$", directive: "%" } as const;

export function unclosedInterpolation(what: "interpolation" | "directive", subject: SourceRange): Diagnostic {
  const sign = SIGNS[what];
  return error(
    `unclosed-${what}`,
    subject,
    `Missing closing brace of the template ${what}`,
    `This "${sign}{" needs a "}". If it is meant literally (in a shell script, say), write "${sign}${sign}{".`,
  );
}

export function unclosedHeredoc(marker: string, subject: SourceRange): Diagnostic {
  return error(
    "unclosed-heredoc",
    subject,
    "Missing end of heredoc",
    `The file ends before a line that holds nothing but ${marker}, which would end this heredoc.`,
  );
}

export function heredocEndNotAlone(marker: string, subject: SourceRange, open: SourceRange): Diagnostic {
  return error(
    "heredoc-end-not-alone",
    subject,
    "Text after the end of a heredoc",
    `The heredoc begun on line ${lineOf(open.file, open.start)} ends with a line that holds nothing but ${marker}. Put what follows it (a comma, a bracket) on the next line.`,
  );
}

export function invalidHeredoc(marker: string, subject: SourceRange): Diagnostic {
  return error(
    "invalid-heredoc",
    subject,
    "Invalid start of heredoc",
    `A heredoc begins with << or <<- and a name without quotes or spaces, and nothing may follow on that line: <<-${marker}`,
  );
}

export function unclosedComment(subject: SourceRange): Diagnostic {
  return error(
    "unclosed-comment",
    subject,
    "Missing end of comment",
    "The comment that begins here is not closed. Add */ where it should end.",
  );
}

export function invalidEscape(text: string, subject: SourceRange): Diagnostic {
  return error(
    "invalid-escape",
    subject,
    "Invalid escape sequence",
    `${escapeProblem(text)} The escapes are \\n, \\r, \\t, \\", \\\\, \\uNNNN and \\UNNNNNNNN. For a backslash itself, as in Windows paths and regular expressions, write \\\\.`,
  );
}

function escapeProblem(text: string): string {
  if (text === "\\u") return "After \\u come exactly four hexadecimal digits.";
  if (text === "\\U") return "After \\U come exactly eight hexadecimal digits.";
  if (/^\\(u|U0000)d[89a-f]/i.test(text))
    return "This is half of a surrogate pair. Write a character beyond FFFF with its own number, as \\U0001F600.";
  if (text.startsWith("\\U")) return "There is no character of this number (the last is 10FFFF).";
  return `"${text}" has no meaning.`;
}

export function extraInSequence(what: "interpolation" | "directive", subject: SourceRange): Diagnostic {
  const sign = SIGNS[what];
  return error(
    `extra-in-${what}`,
    subject,
    `Extra characters in the template ${what}`,
    `Here the expression ends, and a closing "}" is expected. If the sequence is meant literally (in a shell script, say), double its sign: ${sign}${sign}{.`,
  );
}

const DIRECTIVES = ["if", "else", "endif", "for", "endfor"];

export function missingDirectiveName(subject: SourceRange): Diagnostic {
  return error(
    "invalid-directive",
    subject,
    "Invalid template directive",
    `After "%{" comes one of ${DIRECTIVES.join(", ")}. For a literal "%{" write "%%{".`,
  );
}

export function unknownDirective(name: string, subject: SourceRange): Diagnostic {
  const detail = `There is no directive "${name}". For a literal "%{" write "%%{".`;
  return suggesting(error("unknown-directive", subject, "Unknown template directive", detail), {
    name,
    known: DIRECTIVES,
  });
}

export function strayDirective(name: string, open: "if" | "for" | undefined, subject: SourceRange): Diagnostic {
  const why = whyOutOfPlace(name, open);
  return error("stray-directive", subject, "Directive out of place", `"${name}" does not belong here: ${why}.`);
}

function whyOutOfPlace(name: string, open: "if" | "for" | undefined): string {
  if (open === undefined) return "no directive is open here";
  if (name === "else" && open === "if") return 'this "if" has an "else" already';
  return `the open directive is "${open}", which ends with "end${open}"`;
}

export function unclosedDirective(name: "if" | "for", subject: SourceRange): Diagnostic {
  return error(
    "unclosed-directive",
    subject,
    "Missing end of template directive",
    `This "${name}" has no "%{ end${name} }".`,
  );
}
