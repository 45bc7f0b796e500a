import { error, type Diagnostic } from "../diagnostic.ts";
import { lineOf } from "../position.ts";
import type { SourceRange } from "../source.ts";
import { TokenKind } from "../token.ts";
import { describeToken, shorten } from "./describe-token.ts";
import { invalidCharacter } from "./expression-messages.ts";

/** Mistakes in bodies: arguments, blocks, their names, labels and braces. */

export function duplicateArgument(name: string, subject: SourceRange, first: SourceRange): Diagnostic {
  const line = lineOf(first.file, first.start);
  return error(
    "duplicate-argument",
    subject,
    "Argument set twice",
    `The argument "${name}" was already set on line ${line}. Each argument may be set only once; remove one of the two.`,
  );
}

export function colonAfterName(name: string, subject: SourceRange): Diagnostic {
  return error(
    "colon-after-argument-name",
    subject,
    "Colon instead of equals sign",
    `An argument is set with an equals sign: ${name} = … (a colon is allowed only inside an object value).`,
  );
}

export function quotedArgumentName(name: string, subject: SourceRange): Diagnostic {
  return error(
    "quoted-argument-name",
    subject,
    "Argument name in quotes",
    `Argument names are not quoted in HCL: write ${name} = … (a template in JSON syntax belongs in a file named *.pkr.json).`,
  );
}

export function incompleteItem(
  name: string,
  subject: SourceRange,
  next: TokenKind,
  nextRange: SourceRange,
): Diagnostic {
  const incomplete = (summary: string, detail: string, at: SourceRange, context?: SourceRange): Diagnostic =>
    error("incomplete-item", { subject: at, context }, summary, detail);
  if (next === TokenKind.Dot || next === TokenKind.OpenBracket) {
    return incomplete(
      "Invalid argument name",
      `An argument name is a single word without dots or brackets. To set "${name}" as a whole, write ${name} = { … }.`,
      nextRange,
      subject,
    );
  }
  if (next === TokenKind.OpenParen) {
    return incomplete(
      "Function call outside an argument",
      `"${name}(" looks like a function call, but a call can only be part of a value, as in: name = ${name}(…).`,
      subject,
    );
  }
  return incomplete(
    "Neither an argument nor a block",
    `To set an argument, write ${name} = … with an equals sign and a value. To begin a block, write ${name} { and its arguments on the lines after it.`,
    subject,
  );
}

export function unexpectedInBody(kind: TokenKind, text: string, subject: SourceRange): Diagnostic {
  if (kind === TokenKind.Invalid) return invalidCharacter(text, subject);
  return error(
    "unexpected-in-body",
    subject,
    "Argument or block expected",
    `A line begins with the name of an argument (name = value) or the type of a block (type "label" {), not with ${describeToken(kind, text)}.`,
  );
}

/** The whole file is one JSON object. */
export function jsonInHcl(subject: SourceRange): Diagnostic {
  return error(
    "json-in-hcl",
    subject,
    "JSON in a file of HCL syntax",
    'This file holds JSON. Name it *.pkr.json if it is HCL written as JSON (blocks such as "source" and "build"), or just *.json if it is a legacy template with "builders".',
  );
}

export function strayClosingBrace(subject: SourceRange): Diagnostic {
  return error(
    "stray-closing-brace",
    subject,
    "Closing brace without an opening one",
    'No block or object is open here. Remove this "}", or look for a "{" missing above.',
  );
}

export function unclosedBlock(subject: SourceRange): Diagnostic {
  return error(
    "unclosed-brace",
    subject,
    "Missing closing brace",
    'The file ends while a block or object is still open. Judging by the indentation, it is this "{" that has no "}".',
  );
}

const COMMA = { sign: "comma", advice: "Remove the comma." };
const SEMICOLON = { sign: "semicolon", advice: "Remove the semicolon and put each on a line of its own." };

export function commaAfterArgument(what: "argument" | "block", text: string, subject: SourceRange): Diagnostic {
  const { sign, advice } = text === "," ? COMMA : SEMICOLON;
  return error(
    "comma-after-argument",
    subject,
    `Unexpected ${sign} after ${what}`,
    `Arguments and blocks are separated by new lines, not by ${sign}s. ${advice}`,
  );
}

export function missingNewline(
  what: "argument" | "block",
  subject: SourceRange,
  next: { readonly kind: TokenKind; readonly text: string; readonly range: SourceRange },
): Diagnostic {
  if (next.kind === TokenKind.Invalid) return invalidCharacter(next.text, next.range);
  return error(
    "missing-newline",
    {
      subject,
      context: {
        ...subject,
        end: next.range.end,
      },
    },
    `Missing newline after ${what}`,
    afterItem(what, next.kind, next.text),
  );
}

const WORD_OPERATORS: Readonly<Record<string, string>> = {
  and: "&&",
  or: "||",
  not: "!",
  is: "==",
  eq: "==",
  ne: "!=",
};

function afterItem(what: "argument" | "block", kind: TokenKind, text: string): string {
  if (kind === TokenKind.CloseBrace)
    return "The closing brace of a block that spans lines stands on a line of its own.";
  if (Object.hasOwn(WORD_OPERATORS, text)) return `"${text}" is no operator; write "${WORD_OPERATORS[text]}".`;
  const found = describeToken(kind, shorten(text));
  if (what === "block") return `Each block ends with its line, but ${found} follows. Put it on a new line.`;
  return `Each argument ends with its line, but ${found} follows. Put it on a new line, or, if it belongs to the value, check for a missing operator, comma, bracket or quote.`;
}

export function missingOpenBrace(type: string, subject: SourceRange): Diagnostic {
  return error(
    "missing-open-brace",
    subject,
    "Missing opening brace",
    `The header of the block "${type}" must end with "{" on the same line.`,
  );
}

export function braceOnNextLine(subject: SourceRange, context: SourceRange): Diagnostic {
  return error(
    "brace-on-next-line",
    { subject, context: { ...context, end: subject.end } },
    "Opening brace on the next line",
    'The "{" of a block must be on the same line as its type and labels. Move it up.',
  );
}

export function equalsBeforeBrace(type: string, subject: SourceRange): Diagnostic {
  return error(
    "equals-before-block",
    subject,
    "Equals sign in a block header",
    `"${type}" with labels is a block, and a block has no "=" before its "{". Remove the equals sign.`,
  );
}

export function invalidLabel(type: string, text: string, subject: SourceRange): Diagnostic {
  return error(
    "invalid-block-header",
    subject,
    "Invalid block header",
    `After the type of a block come its labels in double quotes and then "{", as in: ${type} "label" {. Found "${shorten(text)}".`,
  );
}

export function templateInLabel(subject: SourceRange): Diagnostic {
  return error(
    "template-in-label",
    subject,
    "Template in a block label",
    "Labels are read before anything is evaluated, so they cannot contain ${ } or %{ }. Write the name out, or escape the sign as $${ or %%{.",
  );
}

export function blockInOneLine(subject: SourceRange, context: SourceRange): Diagnostic {
  return error(
    "one-line-block",
    { subject, context: { ...context, end: subject.end } },
    "Invalid one-line block",
    "On the line of its opening brace a block may hold one argument (name = value) and nothing else. Begin a new line after the brace.",
  );
}

export function severalInOneLine(subject: SourceRange): Diagnostic {
  return error(
    "one-line-block",
    subject,
    "Several arguments in a one-line block",
    "A block written in one line may hold one argument. Put each argument on a line of its own, without commas.",
  );
}

export function oneLineBlockNotClosed(subject: SourceRange, context: SourceRange): Diagnostic {
  return error(
    "one-line-block",
    { subject, context: { ...context, end: subject.end } },
    "One-line block not closed on its line",
    'A block whose first argument follows its "{" directly must end on that line. Begin a new line after the brace.',
  );
}
