import { InvariantError } from "./invariant.ts";
import { isSystemError, systemErrorText } from "./system-error.ts";

/**
 * Any thrown thing on one line: its message and those of its causes, without full stops at their ends. A bug in
 * imgbuild says that it is one.
 */
export function errorText(error: unknown): string {
  const messages = errorChain(error).map(errorMessage);
  return messages.map((message) => message.replace(/\.$/, "")).join(": ");
}

/** The thrown thing and its causes, outermost first. A cause that the message before quotes already is left out. */
export function errorChain(error: unknown): readonly unknown[] {
  const chain = [error];
  for (let link = causeOf(error); link !== undefined && !chain.includes(link); link = causeOf(link)) {
    const isQuoted = inLowerCase(chain.at(-1)).includes(inLowerCase(link));
    if (!isQuoted) chain.push(link);
  }
  return chain;
}

const inLowerCase = (error: unknown): string => errorMessage(error).toLowerCase();

/** What one thrown thing says, without its causes. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isBug(error) && !(error instanceof InvariantError)) {
    return `${error.name}: ${error.message} (this is a bug in imgbuild, please report it)`;
  }
  if (isSystemError(error)) return systemErrorText(error);
  return error.message || error.name;
}

const BUGS: readonly (new (...args: never[]) => Error)[] = [
  InvariantError,
  TypeError,
  ReferenceError,
  RangeError,
  SyntaxError,
];

/** A failure of our code, not of the environment. */
export function isBug(error: unknown): error is Error {
  // Node's own errors about the outside world carry a code (ERR_INVALID_URL) or a cause (fetch failed).
  const fromOutside = error instanceof Error && ("code" in error || error.cause !== undefined);
  return error instanceof Error && !fromOutside && BUGS.some((type) => error instanceof type);
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
