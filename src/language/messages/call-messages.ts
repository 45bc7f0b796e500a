import { didYouMean } from "../../lib/did-you-mean.ts";
import { error, type Diagnostic, type DiagnosticPlace } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";

/** Every problem a function call can have, one factory each. */

export const unknownFunction = (name: string, known: Iterable<string>, subject: SourceRange): Diagnostic =>
  error(
    "unknown-function",
    subject,
    "Unknown function",
    `There is no function named "${name}".${didYouMean(name, known)}`,
  );

export const noFunctions = (name: string, subject: SourceRange): Diagnostic =>
  error("no-functions", subject, "Functions are not allowed here", `The function "${name}" cannot be called here.`);

export function tooFewArguments(name: string, missing: string, expected: string, place: DiagnosticPlace): Diagnostic {
  return error(
    "too-few-arguments",
    place,
    "Not enough function arguments",
    `The function "${name}" expects ${expected}; "${missing}" is missing.`,
  );
}

export const tooManyArguments = (name: string, expected: string, place: DiagnosticPlace): Diagnostic =>
  error("too-many-arguments", place, "Too many function arguments", `The function "${name}" expects ${expected}.`);

export const invalidArgument = (name: string, parameter: string, problem: string, place: DiagnosticPlace): Diagnostic =>
  error(
    "invalid-function-argument",
    place,
    "Invalid function argument",
    `Invalid value for "${parameter}" of "${name}": ${problem}`,
  );

export const failedCall = (name: string, problem: string, place: DiagnosticPlace): Diagnostic =>
  error("function-failed", place, "Error in function call", `The call to "${name}" failed: ${problem}`);

export const invalidExpansion = (problem: string, place: DiagnosticPlace): Diagnostic =>
  error("invalid-expansion", place, "Invalid expanding argument", `The argument before ... ${problem}`);
