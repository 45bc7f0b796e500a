import { didYouMean } from "../../lib/did-you-mean.ts";
import { errorAt, type Diagnostic } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";

/** Every problem a function call can have, one factory each. */

export const unknownFunction = (name: string, known: Iterable<string>, subject: SourceRange): Diagnostic =>
  errorAt(
    "unknown-function",
    "Unknown function",
    `There is no function named "${name}".${didYouMean(name, known)}`,
    subject,
  );

export const noFunctions = (name: string, subject: SourceRange): Diagnostic =>
  errorAt("no-functions", "Functions are not allowed here", `The function "${name}" cannot be called here.`, subject);

export function tooFewArguments(
  name: string,
  missing: string,
  expected: string,
  subject: SourceRange,
  context: SourceRange,
): Diagnostic {
  return errorAt(
    "too-few-arguments",
    "Not enough function arguments",
    `The function "${name}" expects ${expected}; "${missing}" is missing.`,
    subject,
    context,
  );
}

export const tooManyArguments = (
  name: string,
  expected: string,
  subject: SourceRange,
  context: SourceRange,
): Diagnostic =>
  errorAt(
    "too-many-arguments",
    "Too many function arguments",
    `The function "${name}" expects ${expected}.`,
    subject,
    context,
  );

export const invalidArgument = (
  name: string,
  parameter: string,
  problem: string,
  subject: SourceRange,
  context: SourceRange,
): Diagnostic =>
  errorAt(
    "invalid-function-argument",
    "Invalid function argument",
    `Invalid value for "${parameter}" of "${name}": ${problem}`,
    subject,
    context,
  );

export const failedCall = (name: string, problem: string, subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt("function-failed", "Error in function call", `The call to "${name}" failed: ${problem}`, subject, context);

export const invalidExpansion = (problem: string, subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt("invalid-expansion", "Invalid expanding argument", `The argument before ... ${problem}`, subject, context);
