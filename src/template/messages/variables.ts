import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { error, warning } from "../diagnostics.ts";

/** A value that was given; `from` says where it comes from when the place does not. */
interface Given {
  readonly name: string;
  readonly from: string;
}

export function wrongType({ name, from }: Given, why: string, subject: SourceRange): Diagnostic {
  const by = from && ` by ${from}`;
  return invalidValue(`The value given for var.${name}${by} is not suitable: ${why}.`, subject);
}

export const unreadableSecret = (name: string, from: string): Diagnostic =>
  invalidValue(
    `The value given for var.${name} by ${from} is not a valid expression. It is sensitive, so it is not shown.`,
  );

const invalidValue = (detail: string, subject?: SourceRange): Diagnostic =>
  error("invalid-variable-value", subject, "Invalid value for input variable", detail);

export const undeclaredVar = (name: string, declared: Iterable<string>): Diagnostic =>
  error(
    "undeclared-variable",
    undefined,
    "Undeclared input variable",
    `-var sets "${name}", and no input variable of that name is declared.${didYouMean(name, declared)}`,
  );

export function undeclaredInFile(name: string, declared: Iterable<string>, subject: SourceRange): Diagnostic {
  const hint = didYouMean(name, declared) || ` Declare it with: variable "${name}" {}`;
  const detail = `No input variable "${name}" is declared.${hint}`;
  return warning("undeclared-variable", subject, "Undeclared input variable", detail);
}
