import type { FunctionCall } from "../ast.ts";
import { error, type Diagnostic, type DiagnosticPlace } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";
import { correction, suggesting } from "../suggestion.ts";

/** Every problem a function call can have, one factory each. */

export function unknownFunction(name: string, known: Iterable<string>, subject: SourceRange): Diagnostic {
  const found = error("unknown-function", subject, "Unknown function", `There is no function named "${name}".`);
  const meant = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name]! : undefined;
  if (meant === undefined) return suggesting(found, { name, known });
  const detail = `${found.detail} What is called so elsewhere is ${meant} here.`;
  return { ...found, detail, edits: correction(subject, name, meant) };
}

/** What other languages call these functions. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  getenv: "env",
  get_env: "env",
  concatenate: "join",
  len: "length",
  size: "length",
  to_json: "jsonencode",
  from_json: "jsondecode",
  tojson: "jsonencode",
  fromjson: "jsondecode",
  lowercase: "lower",
  uppercase: "upper",
  to_string: "tostring",
  trim_space: "trimspace",
  now: "timestamp",
  uuid: "uuidv4",
  regex_replace: "replace",
  base64encoder: "base64encode",
};

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

/** `names`: of the parameters, in their order; `places`: of the arguments. */
export function swappedArguments(
  { name, range }: Pick<FunctionCall, "name" | "range">,
  names: readonly string[],
  [first, second]: readonly [SourceRange, SourceRange],
): Diagnostic {
  const subject = { ...first, end: second.end };
  const detail = `The arguments of "${name}" are the other way round: write ${name}(${names.join(", ")}).`;
  const found = error("swapped-arguments", { subject, context: range }, "Arguments in the wrong order", detail);
  return {
    ...found,
    edits: [
      { range: first, text: textOf(second) },
      { range: second, text: textOf(first) },
    ],
  };
}

const textOf = ({ file, start, end }: SourceRange): string => file.text.slice(start, end);

export const failedCall = (name: string, problem: string, place: DiagnosticPlace): Diagnostic =>
  error("function-failed", place, "Error in function call", `The call to "${name}" failed: ${problem}`);

export const invalidExpansion = (problem: string, place: DiagnosticPlace): Diagnostic =>
  error("invalid-expansion", place, "Invalid expanding argument", `The argument before ... ${problem}`);
