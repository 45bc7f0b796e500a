import { didYouMean } from "../../lib/did-you-mean.ts";
import { describeConversionError, type ConversionError } from "../conversion.ts";
import { withArticle } from "../convert-primitive.ts";
import { errorAt, type Diagnostic } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";
import type { Type } from "../value.ts";

/** Every problem evaluation can report but those of calls, one factory each. */

/** `Because it is a bool, …`: a conversion clause as a sentence. */
const clause = (problem: ConversionError): string => `${describeConversionError(problem)}.`;

export const unknownVariable = (name: string, known: Iterable<string>, subject: SourceRange): Diagnostic =>
  errorAt(
    "unknown-variable",
    "Unknown name",
    `There is nothing named "${name}" here.${didYouMean(name, known)}`,
    subject,
  );

export const noVariables = (name: string, subject: SourceRange): Diagnostic =>
  errorAt(
    "no-variables",
    "Names are not allowed here",
    `The name "${name}" cannot be used here: only constant values can. For text, put it in quotes: "${name}".`,
    subject,
  );

/** A name and what it may have been meant to be; undefined when it is secret. */
const named = (name: string | undefined, known: Iterable<string>): string =>
  name === undefined ? "of this name, which is sensitive." : `named "${name}".${didYouMean(name, known)}`;

export const unsupportedAttribute = (
  name: string | undefined,
  known: Iterable<string>,
  subject: SourceRange,
  context: SourceRange,
): Diagnostic =>
  errorAt(
    "unsupported-attribute",
    "Unsupported attribute",
    `This object has no attribute ${named(name, known)}`,
    subject,
    context,
  );

export const missingMapElement = (
  name: string | undefined,
  known: Iterable<string>,
  subject: SourceRange,
  context: SourceRange,
): Diagnostic =>
  errorAt(
    "missing-map-element",
    "Missing map element",
    `This map has no element ${named(name, known)}`,
    subject,
    context,
  );

export const attributeOfNull = (name: string, subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "attribute-of-null",
    "Attempt to get attribute from null value",
    `This value is null, so it has no attribute "${name}".`,
    subject,
    context,
  );

export function attributeOfOther(name: string, type: Type, subject: SourceRange, context: SourceRange): Diagnostic {
  const isSequence = type.kind === "list" || type.kind === "set" || type.kind === "tuple";
  const hint = isSequence ? ` To get "${name}" from every element, write [*].${name}.` : "";
  return errorAt(
    "attribute-of-non-object",
    "Unsupported attribute",
    `This value is ${withArticle(type)}, which has no attributes.${hint}`,
    subject,
    context,
  );
}

export const indexOfNull = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "index-of-null",
    "Attempt to index null value",
    "This value is null, so it has no elements.",
    subject,
    context,
  );

export function indexOfOther(type: Type, subject: SourceRange, context: SourceRange): Diagnostic {
  const why =
    type.kind === "set"
      ? "Elements of a set have no order, so they cannot be picked by index. Convert it to a list first."
      : `This value is ${withArticle(type)}, which has no elements.`;
  return errorAt("index-of-non-collection", "Invalid index", why, subject, context);
}

export const nullIndex = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt("null-index", "Invalid index", "The index is null.", subject, context);

export const wrongIndexType = (problem: ConversionError, subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "wrong-index-type",
    "Invalid index",
    `The index does not fit this value: ${clause(problem)}`,
    subject,
    context,
  );

export function indexOutOfRange(length: number, subject: SourceRange, context: SourceRange): Diagnostic {
  const range =
    length === 0
      ? "It is empty."
      : `It has ${length === 1 ? "one element, at index 0" : `${length} elements, 0 to ${length - 1}`}.`;
  return errorAt(
    "index-out-of-range",
    "Invalid index",
    `There is no element at this index. ${range}`,
    subject,
    context,
  );
}

export const negativeIndex = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "negative-index",
    "Invalid index",
    "An index must not be negative. To count from the end, subtract from the length: list[length(list) - 1].",
    subject,
    context,
  );

export const fractionalIndex = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt("fractional-index", "Invalid index", "An index must be a whole number.", subject, context);

export const invalidOperand = (
  operator: string,
  problem: ConversionError,
  subject: SourceRange,
  context: SourceRange,
): Diagnostic =>
  errorAt(
    "invalid-operand",
    "Invalid operand",
    `Unsuitable value for ${operator}: ${clause(problem)}`,
    subject,
    context,
  );

export const nullOperand = (operator: string, subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt("null-operand", "Invalid operand", `Unsuitable value for ${operator}: it is null.`, subject, context);

export const divisionByZero = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "division-by-zero",
    "Division by zero",
    "The divisor is zero. Check for zero first: divisor == 0 ? 0 : number / divisor.",
    subject,
    context,
  );

export const numberOutOfRange = (subject: SourceRange): Diagnostic =>
  errorAt(
    "number-out-of-range",
    "Number out of range",
    "The number is too large: at most 5000 digits are supported.",
    subject,
  );

export const nullCondition = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "null-condition",
    "Null condition",
    "The condition is null. A condition must be true or false.",
    subject,
    context,
  );

export const wrongConditionType = (problem: ConversionError, subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "wrong-condition-type",
    "Incorrect condition type",
    `The condition must be true or false: ${clause(problem)}`,
    subject,
    context,
  );

export const inconsistentBranches = (then: Type, otherwise: Type, why: string, subject: SourceRange): Diagnostic =>
  errorAt(
    "inconsistent-conditional",
    "Inconsistent conditional result types",
    `Both results of a condition must have one type: the true result is ${withArticle(then)}, the false result ${withArticle(otherwise)}.${why}`,
    subject,
  );

export const nullInTemplate = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "null-in-template",
    "Invalid template interpolation value",
    "The value is null, which cannot be part of a text.",
    subject,
    context,
  );

export function wrongTypeInTemplate(type: Type, subject: SourceRange, context: SourceRange): Diagnostic {
  const isSequence = type.kind === "list" || type.kind === "set" || type.kind === "tuple";
  const hint = isSequence
    ? ' Use join(", ", …) to put its elements in the text, or jsonencode(…) for all of it.'
    : " Use jsonencode(…) to put all of it in the text.";
  return errorAt(
    "wrong-type-in-template",
    "Invalid template interpolation value",
    `This value is ${withArticle(type)}, which cannot be part of a text.${hint}`,
    subject,
    context,
  );
}

export const iterateNull = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt("iterate-null", "Iteration over null value", "A null value cannot be iterated over.", subject, context);

export const iterateOther = (type: Type, subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "iterate-non-collection",
    "Iteration over non-iterable value",
    `This value is ${withArticle(type)}. Only lists, sets, maps, tuples and objects can be iterated over.`,
    subject,
    context,
  );

export const splatOfUnsupported = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt("splat-of-null", "Splat of null value", "A splat needs a value that is not null.", subject, context);

export const nullKey = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt("null-object-key", "Invalid object key", "A key must not be null.", subject, context);

export function wrongKeyType(problem: ConversionError, subject: SourceRange, context: SourceRange): Diagnostic {
  return errorAt(
    "wrong-object-key",
    "Invalid object key",
    `A key must be a text: ${clause(problem)}`,
    subject,
    context,
  );
}

export const duplicateKey = (key: string | undefined, subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "duplicate-object-key",
    "Duplicate object key",
    `Two elements produced the ${key === undefined ? "same sensitive key" : `key ${JSON.stringify(key)}`}. To collect the values of equal keys in lists, write ... after the value.`,
    subject,
    context,
  );

export const nestedTooDeep = (subject: SourceRange): Diagnostic =>
  errorAt(
    "nested-too-deep",
    "Expression nested too deep",
    "This expression is nested too deep to be evaluated. Split it with local values.",
    subject,
  );
