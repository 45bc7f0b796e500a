import { errorChain, errorMessage, isBug } from "../lib/error-text.ts";
import { BuildError } from "../sdk/error.ts";

export interface DescribedError {
  /** The failure and its causes, one line each. */
  readonly text: string;
  readonly hint: string | undefined;
  /** The stack, where the failure is a bug of ours. */
  readonly stack: string | undefined;
}

/** Any thrown thing in words: what happened, why, what to do. */
export function describeError(error: unknown): DescribedError {
  const chain = errorChain(error);
  const [first, ...causes] = chain.map(errorMessage);
  return {
    text: [first, ...causes.map((cause) => `Cause: ${cause}`)].join("\n"),
    hint: chain.find((link): link is BuildError => link instanceof BuildError && link.hint !== undefined)?.hint,
    stack: chain.find(isBug)?.stack,
  };
}
