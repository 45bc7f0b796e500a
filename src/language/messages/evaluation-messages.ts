import { describeConversionError, type ConversionError } from "../conversion.ts";
import { withArticle } from "../convert-primitive.ts";
import { error, type Diagnostic, type DiagnosticPlace, type TextEdit } from "../diagnostic.ts";
import { isSequence } from "../type.ts";
import type { SourceRange } from "../source.ts";
import { suggesting } from "../suggestion.ts";
import type { Type } from "../value.ts";

/** Every problem that evaluation can report, except those of calls, one factory each. */

/** `Because it is a bool, …`: a conversion clause as a sentence. */
const clause = (problem: ConversionError): string => `${describeConversionError(problem)}.`;

export const unknownVariable = (name: string, known: Iterable<string>, subject: SourceRange): Diagnostic =>
  suggesting(error("unknown-variable", subject, "Unknown name", `There is nothing named "${name}" here.`), {
    name,
    known,
  });

export const noVariables = (name: string, subject: SourceRange): Diagnostic =>
  error(
    "no-variables",
    subject,
    "Names are not allowed here",
    `The name "${name}" cannot be used here: only constant values can. For text, put it in quotes: "${name}".`,
  );

/** Says which name is missing, and which may have been meant; `name` is undefined when it is secret. */
function naming(found: Diagnostic, name: string | undefined, names: Iterable<string>): Diagnostic {
  if (name === undefined) return { ...found, detail: `${found.detail} of this name, which is sensitive.` };
  const known = [...names];
  return suggesting(
    { ...found, detail: `${found.detail} named "${name}".` },
    { name, known, otherwise: listOfFew(known) },
  );
}

const MOST_LISTED = 10;

/** What there is, where that is not long. */
function listOfFew(names: readonly string[]): string {
  if (names.length === 0 || names.length > MOST_LISTED) return "";
  return ` There are: ${names.join(", ")}.`;
}

export const unsupportedAttribute = (
  name: string | undefined,
  known: Iterable<string>,
  place: DiagnosticPlace,
): Diagnostic =>
  naming(error("unsupported-attribute", place, "Unsupported attribute", "This object has no attribute"), name, known);

export const missingMapElement = (
  name: string | undefined,
  known: Iterable<string>,
  place: DiagnosticPlace,
): Diagnostic =>
  naming(error("missing-map-element", place, "Missing map element", "This map has no element"), name, known);

export const attributeOfNull = (name: string, place: DiagnosticPlace): Diagnostic =>
  error(
    "attribute-of-null",
    place,
    "Attempt to get attribute from null value",
    `This value is null, so it has no attribute "${name}".`,
  );

export function attributeOfOther(name: string, type: Type, place: DiagnosticPlace): Diagnostic {
  const hint = isSequence(type) ? ` To get "${name}" from every element, write [*].${name}.` : "";
  return error(
    "attribute-of-non-object",
    place,
    "Unsupported attribute",
    `This value is ${withArticle(type)}, which has no attributes.${hint}`,
  );
}

export const indexOfNull = (place: DiagnosticPlace): Diagnostic =>
  error("index-of-null", place, "Attempt to index null value", "This value is null, so it has no elements.");

export function indexOfOther(type: Type, place: DiagnosticPlace): Diagnostic {
  return error("index-of-non-collection", place, "Invalid index", whyNoIndex(type));
}

function whyNoIndex(type: Type): string {
  if (type.kind === "set")
    return "Elements of a set have no order, so they cannot be picked by index. Convert it to a list first.";
  return `This value is ${withArticle(type)}, which has no elements.`;
}

export const nullIndex = (place: DiagnosticPlace): Diagnostic =>
  error("null-index", place, "Invalid index", "The index is null.");

export const wrongIndexType = (problem: ConversionError, place: DiagnosticPlace): Diagnostic =>
  error("wrong-index-type", place, "Invalid index", `The index does not fit this value: ${clause(problem)}`);

export function indexOutOfRange(length: number, place: DiagnosticPlace): Diagnostic {
  const range = describeIndices(length);
  return error("index-out-of-range", place, "Invalid index", `There is no element at this index. ${range}`);
}

function describeIndices(length: number): string {
  if (length === 0) return "It is empty.";
  if (length === 1) return "It has one element, at index 0.";
  return `It has ${length} elements, 0 to ${length - 1}.`;
}

export const negativeIndex = (place: DiagnosticPlace): Diagnostic =>
  error(
    "negative-index",
    place,
    "Invalid index",
    "An index must not be negative. To count from the end, subtract from the length: list[length(list) - 1].",
  );

export const fractionalIndex = (place: DiagnosticPlace): Diagnostic =>
  error("fractional-index", place, "Invalid index", "An index must be a whole number.");

export const invalidOperand = (operator: string, problem: ConversionError, place: DiagnosticPlace): Diagnostic =>
  error("invalid-operand", place, "Invalid operand", `Unsuitable value for ${operator}: ${clause(problem)}`);

/** `edits`: one text in place of the sum. */
export function textsAdded(subject: SourceRange, edits: readonly TextEdit[] | undefined): Diagnostic {
  const how = edits ? `Write ${edits[0]!.text}.` : 'Put them inside of quotes ("a${b}"), or use format or join.';
  const detail = `+ adds numbers, and texts are not added. ${how}`;
  return { ...error("texts-added", subject, "Invalid operand", detail), edits };
}

export const nullOperand = (operator: string, place: DiagnosticPlace): Diagnostic =>
  error("null-operand", place, "Invalid operand", `Unsuitable value for ${operator}: it is null.`);

export const divisionByZero = (place: DiagnosticPlace): Diagnostic =>
  error(
    "division-by-zero",
    place,
    "Division by zero",
    "The divisor is zero. Check for zero first: divisor == 0 ? 0 : number / divisor.",
  );

export const numberOutOfRange = (subject: SourceRange): Diagnostic =>
  error(
    "number-out-of-range",
    subject,
    "Number out of range",
    "The number is too large: at most 5000 digits are supported.",
  );

export const nullCondition = (place: DiagnosticPlace): Diagnostic =>
  error("null-condition", place, "Null condition", "The condition is null. A condition must be true or false.");

export const wrongConditionType = (problem: ConversionError, place: DiagnosticPlace): Diagnostic =>
  error(
    "wrong-condition-type",
    place,
    "Incorrect condition type",
    `The condition must be true or false: ${clause(problem)}`,
  );

export const inconsistentBranches = (then: Type, otherwise: Type, why: string, subject: SourceRange): Diagnostic =>
  error(
    "inconsistent-conditional",
    subject,
    "Inconsistent conditional result types",
    `Both results of a condition must have one type: the true result is ${withArticle(then)}, the false result ${withArticle(otherwise)}.${why}`,
  );

export const nullInTemplate = (place: DiagnosticPlace): Diagnostic =>
  error(
    "null-in-template",
    place,
    "Invalid template interpolation value",
    "The value is null, which cannot be part of a text.",
  );

export function wrongTypeInTemplate(type: Type, place: DiagnosticPlace): Diagnostic {
  const hint = isSequence(type)
    ? ' Use join(", ", …) to put its elements in the text, or jsonencode(…) for all of it.'
    : " Use jsonencode(…) to put all of it in the text.";
  return error(
    "wrong-type-in-template",
    place,
    "Invalid template interpolation value",
    `This value is ${withArticle(type)}, which cannot be part of a text.${hint}`,
  );
}

export const iterateNull = (place: DiagnosticPlace): Diagnostic =>
  error("iterate-null", place, "Iteration over null value", "A null value cannot be iterated over.");

export const iterateOther = (type: Type, place: DiagnosticPlace): Diagnostic =>
  error(
    "iterate-non-collection",
    place,
    "Iteration over non-iterable value",
    `This value is ${withArticle(type)}. Only lists, sets, maps, tuples and objects can be iterated over.`,
  );

export const splatOfUnsupported = (place: DiagnosticPlace): Diagnostic =>
  error("splat-of-null", place, "Splat of null value", "A splat needs a value that is not null.");

export const nullKey = (place: DiagnosticPlace): Diagnostic =>
  error("null-object-key", place, "Invalid object key", "A key must not be null.");

export function wrongKeyType(problem: ConversionError, place: DiagnosticPlace): Diagnostic {
  return error("wrong-object-key", place, "Invalid object key", `A key must be a text: ${clause(problem)}`);
}

/** `key` is undefined where it is secret. */
export function duplicateKey(key: string | undefined, place: DiagnosticPlace): Diagnostic {
  const what = key === undefined ? "same sensitive key" : `key ${JSON.stringify(key)}`;
  return error(
    "duplicate-object-key",
    place,
    "Duplicate object key",
    `Two elements produced the ${what}. To collect the values of equal keys in lists, write ... after the value.`,
  );
}

export const nestedTooDeep = (subject: SourceRange): Diagnostic =>
  error(
    "nested-too-deep",
    subject,
    "Expression nested too deep",
    "This expression is nested too deep to be evaluated. Split it with local values.",
  );
