import { didYouMean } from "../../lib/did-you-mean.ts";
import { errorAt, type Diagnostic } from "../diagnostic.ts";
import { lineOf } from "../position.ts";
import type { SourceRange } from "../source.ts";

/** Mistakes in strings, heredocs and template sequences, and comments without an end. */

export function unclosedString(subject: SourceRange, context: SourceRange): Diagnostic {
  return errorAt(
    "unclosed-string",
    "Missing closing quote",
    'The string that begins here is not closed on its line. Add the closing ". (A quote inside a string is written \\".)',
    subject,
    context,
  );
}

export function multiLineString(subject: SourceRange, context: SourceRange): Diagnostic {
  return errorAt(
    "multi-line-string",
    "String over several lines",
    "A string in quotes must end on its line. Write \\n for a line break, or use a heredoc:\n\n    <<-EOT\n      first line\n      second line\n    EOT",
    subject,
    context,
  );
}

export function unclosedInterpolation(what: "interpolation" | "directive", subject: SourceRange): Diagnostic {
  const sign = what === "interpolation" ? "$" : "%";
  return errorAt(
    `unclosed-${what}`,
    `Missing closing brace of the template ${what}`,
    `This "${sign}{" needs a "}". If it is meant literally (in a shell script, say), write "${sign}${sign}{".`,
    subject,
  );
}

export function unclosedHeredoc(marker: string, subject: SourceRange): Diagnostic {
  return errorAt(
    "unclosed-heredoc",
    "Missing end of heredoc",
    `The file ends before a line that holds nothing but ${marker}, which would end this heredoc.`,
    subject,
  );
}

export function heredocEndNotAlone(marker: string, subject: SourceRange, open: SourceRange): Diagnostic {
  return errorAt(
    "heredoc-end-not-alone",
    "Text after the end of a heredoc",
    `The heredoc begun on line ${lineOf(open.file, open.start)} ends with a line that holds nothing but ${marker}. Put what follows it (a comma, a bracket) on the next line.`,
    subject,
  );
}

export function invalidHeredoc(marker: string, subject: SourceRange): Diagnostic {
  return errorAt(
    "invalid-heredoc",
    "Invalid start of heredoc",
    `A heredoc begins with << or <<- and a name without quotes or spaces, and nothing may follow on that line: <<-${marker}`,
    subject,
  );
}

export function unclosedComment(subject: SourceRange): Diagnostic {
  return errorAt(
    "unclosed-comment",
    "Missing end of comment",
    "The comment that begins here is not closed. Add */ where it should end.",
    subject,
  );
}

export function invalidEscape(text: string, subject: SourceRange): Diagnostic {
  return errorAt(
    "invalid-escape",
    "Invalid escape sequence",
    `${escapeProblem(text)} The escapes are \\n, \\r, \\t, \\", \\\\, \\uNNNN and \\UNNNNNNNN. For a backslash itself, as in Windows paths and regular expressions, write \\\\.`,
    subject,
  );
}

function escapeProblem(text: string): string {
  if (text === "\\u") return "After \\u come exactly four hexadecimal digits.";
  if (text.startsWith("\\U")) {
    return text.length > 2
      ? "There is no character of this number (the last is 10FFFF)."
      : "After \\U come exactly eight hexadecimal digits.";
  }
  return `"${text}" has no meaning.`;
}

export function extraInSequence(what: "interpolation" | "directive", subject: SourceRange): Diagnostic {
  return errorAt(
    `extra-in-${what}`,
    `Extra characters in the template ${what}`,
    `Here the expression ends, and a closing "}" is expected. If the sequence is meant literally (in a shell script, say), double its sign: ${what === "interpolation" ? "$${" : "%%{"}.`,
    subject,
  );
}

const DIRECTIVES = ["if", "else", "endif", "for", "endfor"];

export function missingDirectiveName(subject: SourceRange): Diagnostic {
  return errorAt(
    "invalid-directive",
    "Invalid template directive",
    `After "%{" comes one of ${DIRECTIVES.join(", ")}. For a literal "%{" write "%%{".`,
    subject,
  );
}

export function unknownDirective(name: string, subject: SourceRange): Diagnostic {
  return errorAt(
    "unknown-directive",
    "Unknown template directive",
    `There is no directive "${name}".${didYouMean(name, DIRECTIVES)} For a literal "%{" write "%%{".`,
    subject,
  );
}

export function strayDirective(name: string, open: "if" | "for" | undefined, subject: SourceRange): Diagnostic {
  const expected =
    open === undefined ? "no directive is open here" : `the open directive is "${open}", which ends with "end${open}"`;
  return errorAt(
    "stray-directive",
    "Directive out of place",
    `"${name}" does not belong here: ${name === "else" && open === "if" ? 'this "if" has an "else" already' : expected}.`,
    subject,
  );
}

export function unclosedDirective(name: "if" | "for", subject: SourceRange): Diagnostic {
  return errorAt(
    "unclosed-directive",
    "Missing end of template directive",
    `This "${name}" has no "%{ end${name} }".`,
    subject,
  );
}
