import { formatStep } from "./path-step.ts";
import type { Value } from "./value.ts";

/** How a value could not be converted: where inside it, and why. */
export interface ConversionError {
  /** Attribute names, map keys and indices from the outside in; empty for the value itself. */
  readonly path: readonly (string | number)[];
  /** A clause such as `a number is required, not a list of string`. */
  readonly message: string;
}

export type Conversion =
  | { readonly value: Value; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: ConversionError };

export const converted = (value: Value): Conversion => ({ value });
export const failed = (message: string): Conversion => ({ error: { path: [], message } });

/** The same failure seen from one level further out. */
export const failedAt = (step: string | number, { path, message }: ConversionError): Conversion => ({
  error: { path: [step, ...path], message },
});

/** The error as one clause: `attribute "size": a number is required, not a bool`. */
export function describeConversionError({ path, message }: ConversionError): string {
  const [step, ...inner] = path;
  if (step === undefined) return message;
  if (inner.length > 0) return `the value at ${path.map(formatStep).join("").replace(/^\./, "")}: ${message}`;
  const subject = typeof step === "number" ? "element" : "attribute";
  return `${subject} ${JSON.stringify(step)}: ${message}`;
}
