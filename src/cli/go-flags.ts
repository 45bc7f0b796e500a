import type { FlagTable } from "./command.ts";
import { UsageError } from "./usage-error.ts";

export interface GoFlags {
  /** For commander. */
  readonly rest: readonly string[];
  /** Flags that are on or off, by name: commander would take `-no-x` for the opposite of `-x`. The last one counts. */
  readonly switches: ReadonlyMap<string, boolean>;
}

/**
 * Rewrites what Packer's users type into what commander reads: one dash or two, `-x=v` or `-x v`. Reads `-x`, `-x=true` and
 * `-x=false` of flags without a value. Everything after `--` is left alone. Unknown flags pass, so that commander can
 * refuse them.
 */
export function fromGoFlags(args: readonly string[], flags: FlagTable): GoFlags {
  const rewritten: string[] = [];
  const switches = new Map<string, boolean>();
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]!;
    if (argument === "--") return { rest: [...rewritten, ...args.slice(index)], switches };
    const [, name, value] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name === undefined) rewritten.push(argument);
    else if (!Object.hasOwn(flags, name)) rewritten.push(`--${argument.replace(/^-+/, "")}`);
    else if (flags[name]!.kind === "boolean") switches.set(name, truthOf(name, value));
    else if (value !== undefined) rewritten.push(`--${name}`, value);
    else rewritten.push(`--${name}`, ...args.slice(++index, index + 1));
  }
  return { rest: rewritten, switches };
}

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

function truthOf(name: string, value: string | undefined): boolean {
  if (value === undefined || TRUE.has(value)) return true;
  if (FALSE.has(value)) return false;
  throw new UsageError(`-${name} is on or off (true or false), not "${value}"`);
}
