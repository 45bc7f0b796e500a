import { describeConversionError, type ConversionError } from "../conversion.ts";
import { error, type Diagnostic } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";
import { correction, suggesting } from "../suggestion.ts";

/** Mistakes in type constraints. */

const EXAMPLES: Readonly<Record<string, string>> = {
  list: "list(string)",
  set: "set(string)",
  map: "map(string)",
  tuple: "tuple([string, number])",
  object: "object({ name = string })",
};

/** `quoted` is the text where the type stands in quotes, as in old templates. */
export function notAType(quoted: string | undefined, subject: SourceRange): Diagnostic {
  if (quoted !== undefined) {
    const found = invalidType(subject, `This is not a type. Write the type without quotes: ${quoted}.`);
    return { ...found, edits: [{ range: subject, text: quoted }] };
  }
  return invalidType(
    subject,
    "This is not a type. Write a type such as string, number, bool, any, list(string) or map(string).",
  );
}

export function unknownType(name: string, known: readonly string[], subject: SourceRange): Diagnostic {
  const found = invalidType(subject, `"${name}" is not a type.`);
  const meant = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name]! : undefined;
  if (meant === undefined) return suggesting(found, { name, known, otherwise: ` The types are: ${TYPES}.` });
  return { ...found, detail: `${found.detail} Write ${meant}.`, edits: correction(subject, name, meant) };
}

const TYPES = "string, number, bool, any, list(…), set(…), map(…), tuple([…]) and object({…})";

/** What other languages call these types. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  text: "string",
  str: "string",
  int: "number",
  integer: "number",
  float: "number",
  boolean: "bool",
  array: "list(string)",
  dict: "map(string)",
  hash: "map(string)",
  dynamic: "any",
};

/** `list` alone. */
export function missingTypeArgument(name: string, subject: SourceRange): Diagnostic {
  const example = EXAMPLES[name]!;
  const found = invalidType(subject, `The type ${name} needs an argument in parentheses: ${example}.`);
  const isOfTexts = /^\w+\(string\)$/.test(example);
  return isOfTexts ? { ...found, edits: correction(subject, name, example) } : found;
}

/** `string(…)`. */
export function needlessTypeArgument(name: string, subject: SourceRange): Diagnostic {
  return invalidType(subject, `"${name}" is not a type that takes arguments. Write ${name} without parentheses.`);
}

export function unknownConstructor(name: string, known: readonly string[], subject: SourceRange): Diagnostic {
  return suggesting(invalidType(subject, `"${name}" is not a type that takes arguments.`), { name, known });
}

export function wrongTypeArguments(name: string, subject: SourceRange): Diagnostic {
  return invalidType(subject, `The type ${name} takes exactly one argument: ${EXAMPLES[name]}.`);
}

export function wrongTupleArgument(subject: SourceRange): Diagnostic {
  return invalidType(subject, `The argument of tuple is a list of types in brackets: ${EXAMPLES["tuple"]}.`);
}

export function wrongObjectArgument(subject: SourceRange): Diagnostic {
  return invalidType(subject, `The argument of object is attributes and their types in braces: ${EXAMPLES["object"]}.`);
}

export function wrongAttributeName(subject: SourceRange): Diagnostic {
  return invalidType(subject, "The name of an attribute must be a plain word.");
}

export function duplicateAttribute(subject: SourceRange): Diagnostic {
  return invalidType(subject, "This attribute is defined twice.");
}

export function misplacedOptional(subject: SourceRange): Diagnostic {
  return invalidType(subject, "optional(…) can only be used for an attribute of object({…}).");
}

export function wrongOptional(subject: SourceRange): Diagnostic {
  return invalidType(subject, "optional takes a type and, if wanted, a default value: optional(number, 10).");
}

export function invalidDefault(problem: ConversionError, subject: SourceRange): Diagnostic {
  const why = describeConversionError(problem);
  return error(
    "invalid-default",
    subject,
    "Invalid default value",
    `The default does not fit the type of the attribute: ${why}.`,
  );
}

function invalidType(subject: SourceRange, detail: string): Diagnostic {
  return error("invalid-type", subject, "Invalid type specification", detail);
}
