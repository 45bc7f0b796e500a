import { parseKeystrokes, type Keystrokes } from "../lib/keystrokes.ts";
import { UsageError } from "./usage-error.ts";

/**
 * What `-type` asks for, in the notation of `boot_command`; `warn` is told of what may be meant otherwise. Throws a UsageError
 * that says what cannot be typed.
 */
export function keystrokesToType(text: string, warn: (message: string) => void): readonly Keystrokes[] {
  const { items, problems } = parseKeystrokes(text);
  const error = problems.find(({ severity }) => severity === "error");
  if (error)
    throw new UsageError(`-type cannot be typed: ${error.message} It stands at character ${error.offset + 1}.`);
  for (const { message } of problems) warn(message);
  return items;
}
