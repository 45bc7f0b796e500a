import { error, type Diagnostic } from "../diagnostic.ts";
import { lineOf } from "../position.ts";
import type { SourceRange } from "../source.ts";
import { TokenKind } from "../token.ts";
import { describeToken, shorten } from "./describe-token.ts";

/** Mistakes in expressions: brackets, separators, operators, names. */

export function missingComma(
  what: "item" | "argument" | "attribute",
  subject: SourceRange,
  next: SourceRange,
): Diagnostic {
  return error(
    "missing-comma",
    { subject, context: { ...subject, end: next.end } },
    `Missing comma after this ${what}`,
    SEPARATION[what],
  );
}

const SEPARATION = {
  attribute: "Attributes of an object are separated by commas or new lines. Add a comma here, or begin a new line.",
  item: "Items of a list are separated by commas, also where each has a line of its own. Add a comma here.",
  argument: "Arguments of a function are separated by commas, also where each has a line of its own. Add a comma here.",
} as const;

/** A list with several items right after a value, where only a single index makes sense. */
export function listAfterValue(subject: SourceRange, list: SourceRange): Diagnostic {
  return error(
    "missing-comma",
    { subject, context: { ...subject, end: list.end } },
    "Missing comma before this list",
    "Brackets directly after a value pick one of its elements, but here they hold several. If this is a list of its own, add a comma before it.",
  );
}

const BRACKETS = {
  ")": { open: "(", name: "parenthesis" },
  "]": { open: "[", name: "bracket" },
  "}": { open: "{", name: "brace" },
} as const;

/** `subject` is where the bracket was missed; `open` is the bracket to be closed, which the message points at. */
export function missingClosingBracket(close: ")" | "]" | "}", subject: SourceRange, open: SourceRange): Diagnostic {
  const { name, open: sign } = BRACKETS[close];
  const line = lineOf(subject.file, subject.start);
  const where = line === lineOf(open.file, open.start) ? "later on this line" : `by line ${line}`;
  return error(
    `unclosed-${name}`,
    open,
    `Missing closing ${name}`,
    `This "${sign}" needs a "${close}", which was expected ${where}.`,
  );
}

export function missingExpression(kind: TokenKind, text: string, subject: SourceRange): Diagnostic {
  if (kind === TokenKind.Invalid) return invalidCharacter(text, subject);
  const missing = (detail: string): Diagnostic => error("missing-value", subject, "Missing value", detail);
  switch (kind) {
    case TokenKind.Newline:
    case TokenKind.EndOfFile:
      return missing(`A value is expected before ${describeToken(kind, text)}.`);
    case TokenKind.CloseSequence:
      return missing(
        'The template sequence is empty. Put an expression between its braces; for a literal "${" write "$${".',
      );
    case TokenKind.Comma:
      return missing("A value is expected before this comma. Remove the comma or add what is missing.");
    case TokenKind.Equal:
      return missing('A value is expected here. To compare two values, write "==".');
    default:
      return error(
        "invalid-expression",
        subject,
        "Invalid expression",
        `A value cannot begin with ${describeToken(kind, text)}.`,
      );
  }
}

export function invalidCharacter(text: string, subject: SourceRange): Diagnostic {
  return error("invalid-character", subject, "Invalid character", invalidCharacterDetail(text));
}

const CHARACTER_HINTS: Readonly<Record<string, string>> = {
  "'": "Strings are written in double quotes, not single ones.",
  "`": "Strings are written in double quotes; text over several lines is a heredoc (<<EOT).",
  "&": 'The logical operator is "&&". HCL has no bitwise operators.',
  "|": 'The logical operator is "||". HCL has no bitwise operators.',
  "^": "HCL has no bitwise operators; pow(x, y) raises to a power.",
  "~": 'The "~" has a meaning only beside the braces of a template sequence, as in "${~ x ~}".',
  ";": "Semicolons mean nothing in HCL. Items are separated by commas, arguments by new lines.",
  "@": 'The "@" has no meaning in HCL. If it is part of a text, put the text in double quotes.',
  $: 'References are written without "$"; "${ }" is needed only inside a string.',
  "\0": "This is a NUL character. The file may be damaged or not be a text file.",
  "\r": "This is a carriage return without a line feed. Save the file with LF or CRLF line ends.",
  "\ufeff": "This is a byte order mark in the middle of the file, left over from joining two files. Remove it.",
  "\u00a0": "This is a no-break space, which looks like a space. Replace it with one.",
  "\u200b": "This is a zero-width space, which cannot be seen. Remove it.",
  "\ufffd": "This stands for bytes that are not valid UTF-8.",
};

function invalidCharacterDetail(text: string): string {
  const hint = CHARACTER_HINTS[text];
  if (hint !== undefined) return hint;
  if (/[\u2018-\u201f\u00ab\u00bb]/.test(text))
    return `This is a typographic quotation mark (${text}). Strings are written in straight double quotes (").`;
  const code = text.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  const shown = /[\p{C}\p{Z}]/u.test(text) ? "" : `"${text}" `;
  return `The character ${shown}(U+${code}) has no meaning in HCL outside of strings and comments.`;
}

const QUOTES: Readonly<Record<string, string>> = { "'": "single", "`": "back" };

export function foreignString(text: string, subject: SourceRange): Diagnostic {
  const style = QUOTES[text[0]!] ?? "typographic";
  const inner = text.slice(1, -1);
  const escaped = inner.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  const better = inner.length <= 60 ? `: "${escaped}"` : "";
  return error(
    "wrong-quotes",
    subject,
    `String in ${style} quotes`,
    `Strings are written in straight double quotes${better}.`,
  );
}

export function missingColonInConditional(subject: SourceRange, question: SourceRange): Diagnostic {
  return error(
    "incomplete-conditional",
    { subject, context: { ...question, end: subject.end } },
    "Incomplete conditional",
    'A conditional has three parts: condition ? value if true : value if false. The ":" with the last part is missing. (Outside of brackets the three must be on one line; parentheses allow more.)',
  );
}

export function missingFunctionName(subject: SourceRange): Diagnostic {
  return error(
    "invalid-function-name",
    subject,
    "Incomplete function name",
    'A name with "::" is that of a function: after each "::" comes another name, and after the last one "(" and the arguments.',
  );
}

export function expandNotLast(subject: SourceRange): Diagnostic {
  return error(
    "expansion-not-last",
    subject,
    "Expansion before the last argument",
    'Only the last argument of a function can be expanded with "...".',
  );
}

/** `list.0.1` */
export function chainedLegacyIndex(text: string, subject: SourceRange): Diagnostic {
  const brackets = text
    .split(".")
    .map((index) => `[${index}]`)
    .join("");
  return error(
    "chained-index",
    subject,
    "Two indexes in a row",
    `Only one index may follow a dot. Write them in brackets: ${brackets}; and a splat before them as [*].`,
  );
}

export function invalidAttributeName(kind: TokenKind, dot: SourceRange, subject: SourceRange): Diagnostic {
  const invalid = (place: SourceRange, detail: string): Diagnostic =>
    error("invalid-attribute-name", place, "Invalid attribute name", detail);
  switch (kind) {
    case TokenKind.OpenQuote:
    case TokenKind.OpenParen:
      return invalid(
        subject,
        'After a dot comes a plain name. To use any other key, write it in brackets: value["key"].',
      );
    case TokenKind.Newline:
    case TokenKind.EndOfFile:
      return invalid(dot, "A name is expected after the dot.");
    default:
      return invalid(subject, "A name is expected after the dot.");
  }
}

export function ambiguousKey(subject: SourceRange): Diagnostic {
  return error(
    "ambiguous-key",
    subject,
    "Ambiguous attribute key",
    'A key that is computed stands in parentheses: (a.b) = …; a key that is meant literally stands in quotes: "a.b" = ….',
  );
}

export function missingItemValue(key: SourceRange, subject: SourceRange): Diagnostic {
  return error(
    "missing-attribute-value",
    { subject: key, context: { ...key, end: subject.start } },
    "Missing attribute value",
    'In an object each key is followed by "=" (or ":") and a value. (For a list use square brackets.)',
  );
}

export function unexpectedInList(kind: TokenKind, text: string, subject: SourceRange): Diagnostic {
  if (kind === TokenKind.Invalid) return invalidCharacter(text, subject);
  return error(
    "unexpected-in-collection",
    subject,
    "Comma or closing bracket expected",
    `After an item comes a comma or the closing bracket, not ${describeToken(kind, text)}.`,
  );
}

export function invalidFor(expected: string, subject: SourceRange, context: SourceRange): Diagnostic {
  return error(
    "invalid-for",
    { subject, context: { ...context, end: Math.max(context.end, subject.end) } },
    "Invalid for expression",
    `Expected ${expected}. The forms are [for v in list : v] and {for k, v in map : k => v}, each with an optional "if" at the end.`,
  );
}

export function unexpectedAfterExpression(text: string, subject: SourceRange): Diagnostic {
  return error(
    "extra-characters",
    subject,
    "Extra characters after the expression",
    `The expression is complete before "${shorten(text)}". Check for a missing operator or bracket.`,
  );
}

export function nestingTooDeep(limit: number, subject: SourceRange): Diagnostic {
  return error(
    "nesting-too-deep",
    subject,
    "Nesting too deep",
    `Blocks, brackets, operators and directives can be nested ${limit} levels deep, and this one is beyond that. Move parts of it into local values.`,
  );
}
