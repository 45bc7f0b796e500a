import { error, warning, type Diagnostic } from "../diagnostic.ts";
import { lineOf } from "../position.ts";
import type { SourceRange } from "../source.ts";

/** Mistakes in JSON, and in HCL written as JSON. */

const MEMBERS = { property: "Properties of an object", item: "Items of an array" } as const;

export function missingJsonComma(what: "property" | "item", subject: SourceRange): Diagnostic {
  const detail = `${MEMBERS[what]} are separated by commas. Add a comma here.`;
  const found = error("missing-comma", subject, `Missing comma after this ${what}`, detail);
  return { ...found, edits: [{ range: { ...subject, start: subject.end }, text: "," }] };
}

export function trailingComma(what: "property" | "item", subject: SourceRange): Diagnostic {
  const detail = "JSON allows no comma before a closing bracket. Remove it.";
  const found = error("trailing-comma", subject, `Comma after the last ${what}`, detail);
  return { ...found, edits: [{ range: subject, text: "" }] };
}

export function missingJsonValue(subject: SourceRange): Diagnostic {
  return error(
    "missing-value",
    subject,
    "Missing value",
    "A value is expected before this comma. Remove the comma or add what is missing.",
  );
}

const BRACKETS = {
  "]": { open: "[", name: "bracket" },
  "}": { open: "{", name: "brace" },
} as const;

export function unclosedJson(close: "}" | "]", open: SourceRange, found: string | undefined): Diagnostic {
  const { open: sign, name } = BRACKETS[close];
  const where = found === undefined ? "the file ends before it" : `a "${found}" comes first`;
  return error(`unclosed-${name}`, open, `Missing closing ${name}`, `This "${sign}" needs a "${close}", but ${where}.`);
}

const EXPECTED = { property: 'a property ("name": value)', item: "a value" } as const;

export function strayInJson(text: string, what: "property" | "item", subject: SourceRange): Diagnostic {
  return error(
    "unexpected-in-json",
    subject,
    "Invalid JSON",
    `Here ${EXPECTED[what]} is expected, not ${JSON.stringify(text)}.`,
  );
}

export function extraAfterJson(subject: SourceRange): Diagnostic {
  return error(
    "extra-characters",
    subject,
    "Extra characters after the JSON value",
    "A JSON file holds one value, which is complete before this place. A closing bracket further up may be one too many.",
  );
}

export function equalsInJson(subject: SourceRange): Diagnostic {
  return error(
    "equals-in-json",
    subject,
    "Equals sign instead of colon",
    'In JSON a name is followed by ":". (A template in HCL syntax belongs in a file named *.pkr.hcl.)',
  );
}

export function missingColon(name: string, subject: SourceRange): Diagnostic {
  return error(
    "missing-colon",
    subject,
    "Missing colon",
    `After the name ${JSON.stringify(name)} come ":" and a value.`,
  );
}

export function unquotedName(name: string, subject: SourceRange): Diagnostic {
  return error(
    "unquoted-name",
    subject,
    "Name without quotes",
    `In JSON names are in double quotes: ${JSON.stringify(name)}.`,
  );
}

export function singleQuotesInJson(subject: SourceRange): Diagnostic {
  return error("wrong-quotes", subject, "String in single quotes", "In JSON strings are in double quotes.");
}

export function unclosedJsonString(subject: SourceRange, context: SourceRange): Diagnostic {
  return {
    ...error(
      "unclosed-string",
      subject,
      "Missing closing quote",
      'The string that begins here is not closed on its line. Add the closing "; for a line break inside a string write \\n.',
    ),
    context,
  };
}

/** `places`: of all line breaks in the string. */
export function lineBreakInJsonString(places: readonly SourceRange[]): Diagnostic {
  const detail = "A string in JSON is one line. Write \\n for the line break.";
  const edits = places.map((range) => ({ range, text: "\\n" }));
  return { ...error("line-break-in-string", places[0], "Line break in a string", detail), edits };
}

export function controlCharacter(code: number, subject: SourceRange): Diagnostic {
  const escape = `\\u${code.toString(16).padStart(4, "0")}`;
  return error(
    "control-character",
    subject,
    "Control character in a string",
    `In a JSON string this character must be written ${escape}.`,
  );
}

export function invalidJsonEscape(text: string, subject: SourceRange): Diagnostic {
  return error(
    "invalid-escape",
    subject,
    "Invalid escape sequence",
    `"${text}" has no meaning in JSON. The escapes are \\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t and \\uNNNN. For a backslash itself write \\\\.`,
  );
}

export function invalidJsonValue(text: string, subject: SourceRange): Diagnostic {
  const summary = text === "" ? "Missing value" : "Invalid JSON value";
  return error("invalid-json-value", subject, summary, invalidValueDetail(text));
}

function invalidValueDetail(text: string): string {
  if (text === "") return "A value is expected here: an object, array, string, number, true, false or null.";
  const lower = text.toLowerCase();
  if (["true", "false", "null"].includes(lower)) return `Write ${lower} in lower case.`;
  if (lower === "none" || lower === "nil" || lower === "undefined") return "Write null for no value.";
  if (/^[+.0-9]/.test(text))
    return `"${text}" is no number of JSON: no leading zeros, plus sign or bare point, and no other base than ten.`;
  return `${JSON.stringify(text)} is no JSON value. Text is in double quotes; otherwise only true, false and null may stand without.`;
}

/** `comment`: all of it, where the message points at its beginning. */
export function commentInJson(comment: SourceRange): Diagnostic {
  const { file, start, end } = comment;
  const found = error(
    "comment-in-json",
    { file, start, end: Math.min(start + 2, end) },
    "Comment in JSON",
    'JSON has no comments. Use a property named "//" in HCL JSON, or one whose name begins with "_" in the root of a legacy template.',
  );
  return { ...found, edits: [{ range: withItsLine(comment), text: "" }] };
}

/** A comment that has a line to itself goes with that line. */
function withItsLine({ file, start, end }: SourceRange): SourceRange {
  const lineStart = file.text.lastIndexOf("\n", start - 1) + 1;
  const [blank = ""] = /^[ \t]*\r?\n/.exec(file.text.slice(end)) ?? [];
  const isAlone = blank !== "" && file.text.slice(lineStart, start).trim() === "";
  return isAlone ? { file, start: lineStart, end: end + blank.length } : { file, start, end };
}

export function duplicateProperty(
  name: string,
  first: SourceRange,
  subject: SourceRange,
  severity: Diagnostic["severity"],
): Diagnostic {
  const text = `The property ${JSON.stringify(name)} was already set on line ${lineOf(first.file, first.start)}.`;
  const { make, advice } = DUPLICATE[severity];
  return make("duplicate-property", subject, "Duplicate property", `${text} ${advice}`);
}

const DUPLICATE = {
  error: { make: error, advice: "Remove one of the two." },
  warning: { make: warning, advice: "The last one counts; remove the others." },
} as const;

export function bodyNotAnObject(what: string, subject: SourceRange): Diagnostic {
  return error(
    "invalid-json-body",
    subject,
    "Object expected",
    `${what} is written as a JSON object, or an array of objects, here.`,
  );
}

export function labelsExpected(type: string, label: string, subject: SourceRange): Diagnostic {
  return error(
    "missing-block-label",
    subject,
    "Missing block label",
    `A block "${type}" has a label (${label}): write it as an object whose property names are the labels.`,
  );
}
