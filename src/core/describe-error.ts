import { InvariantError } from "../lib/invariant.ts";
import { BuildError } from "../sdk/error.ts";

export interface DescribedError {
  /** The failure and its causes, one line each. */
  readonly text: string;
  readonly hint: string | undefined;
  /** The stack, where the failure is ours and not the world's. */
  readonly stack: string | undefined;
}

/** Any thrown thing in words: what happened, why, what to do. */
export function describeError(error: unknown): DescribedError {
  const chain = causes(error);
  const bug = chain.find(isBug);
  return {
    text: chain.map((link, index) => (index === 0 ? message(link) : `Cause: ${message(link)}`)).join("\n"),
    hint: chain.find((link): link is BuildError => link instanceof BuildError && link.hint !== undefined)?.hint,
    stack: bug?.stack,
  };
}

/** The failure and its causes on one line. */
export function errorText(error: unknown): string {
  return causes(error)
    .map((link) => message(link).replace(/\.$/, ""))
    .join(": ");
}

function causes(error: unknown): unknown[] {
  const chain = [error];
  for (let link = causeOf(error); link !== undefined && !chain.includes(link); link = causeOf(link)) {
    // A message that quotes its cause already says it.
    if (!message(chain.at(-1)).includes(message(link))) chain.push(link);
  }
  return chain;
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);

function message(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isBug(error) && !(error instanceof InvariantError)) {
    return `${error.name}: ${error.message} (this is a bug in imgbuild, please report it)`;
  }
  return error.message || error.name;
}

const BUGS: readonly (new (...args: never[]) => Error)[] = [
  InvariantError,
  TypeError,
  ReferenceError,
  RangeError,
  SyntaxError,
];

function isBug(error: unknown): error is Error {
  // Node's own errors about the outside world carry a code (ERR_INVALID_URL) or a cause (fetch failed).
  const fromOutside = error instanceof Error && ("code" in error || error.cause !== undefined);
  return error instanceof Error && !fromOutside && BUGS.some((type) => error instanceof type);
}
