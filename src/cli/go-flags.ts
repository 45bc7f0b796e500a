import type { FlagTable } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Rewrites what Packer's users type into what commander reads: one dash or two, `-x=v` or `-x v`, and `-x=false` for
 * flags without a value. Everything after `--` is left alone. Unknown flags pass, so that commander can refuse them.
 */
export function fromGoFlags(args: readonly string[], flags: FlagTable): string[] {
  const rewritten: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]!;
    if (argument === "--") return [...rewritten, ...args.slice(index)];
    const [, name, value] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name === undefined) rewritten.push(argument);
    else if (!Object.hasOwn(flags, name)) rewritten.push(`--${argument.replace(/^-+/, "")}`);
    else if (flags[name]!.kind === "boolean") rewritten.push(booleanArgument(name, value));
    else if (value !== undefined) rewritten.push(`--${name}`, value);
    else rewritten.push(`--${name}`, ...args.slice(++index, index + 1));
  }
  return rewritten;
}

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

function booleanArgument(name: string, value: string | undefined): string {
  if (value === undefined || TRUE.has(value)) return `--${name}`;
  if (FALSE.has(value)) return `--no-${name}`;
  throw new UsageError(`-${name} is on or off (true or false), not "${value}"`);
}
