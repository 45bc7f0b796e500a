import { errorMessage } from "../lib/error-text.ts";

/**
 * The environment said no: a program failed, a server refused, a disk is full. Thrown by components and steps, shown to the
 * user as summary, hint and cause chain. (The user's text being wrong is a `Diagnostic`; our own bug is `invariant`.)
 */
export class BuildError extends Error {
  override readonly name = "BuildError";
  /** What to do about it: a sentence, or a command on a line of its own indented by four spaces. */
  readonly hint: string | undefined;

  constructor(summary: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(summary, options.cause === undefined ? {} : { cause: options.cause });
    this.hint = options.hint;
  }
}

/** A failure and what to do about it, on one line. */
export function errorWithHint(error: unknown): string {
  const message = errorMessage(error);
  if (!(error instanceof BuildError) || error.hint === undefined) return message;
  return `${message.replace(/\.$/, "")}. ${error.hint}`;
}

/** The connection to the machine broke during an operation. Another try may succeed. */
export class ConnectionLost extends BuildError {}
