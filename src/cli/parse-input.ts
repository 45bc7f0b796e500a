import { didYouMean } from "../lib/did-you-mean.ts";
import type { Command, CommandInput, Flag, FlagTable } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads the arguments of one command by its declaration, as Packer's users type them: one dash or two, `-x=v` or `-x v`,
 * `-x=false` for a flag without a value, flags before or after the other arguments; `-` alone and what follows `--` are
 * no flags. A flag that is given twice has its last value, a list all of them. Throws a UsageError with the reason and,
 * where near, the right name.
 */
export function parseInput(command: Command, args: readonly string[]): CommandInput<FlagTable> {
  const positional: string[] = [];
  const values = new Map<string, unknown>();
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === "--") positional.push(...rest.splice(0));
    else if (argument === "-" || !argument.startsWith("-")) positional.push(argument);
    else readFlag(command, argument, { rest, values });
  }
  checkCount(command, positional);
  const flags = Object.entries(command.flags).map(([name, flag]) => [name, values.get(name) ?? absent(flag)]);
  return { positional, flags: Object.fromEntries(flags) as CommandInput<FlagTable>["flags"] };
}

interface State {
  /** The arguments after this one: a flag may take its value from them. */
  readonly rest: string[];
  readonly values: Map<string, unknown>;
}

function readFlag(command: Command, argument: string, { rest, values }: State): void {
  const [, name = "", given] = /^--?([^=]*)(?:=(.*))?$/s.exec(argument)!;
  const flag = Object.hasOwn(command.flags, name) ? command.flags[name] : undefined;
  if (flag === undefined) throw new UsageError(unknownFlag(command, name));
  if (flag.kind === "boolean") return void values.set(name, readBoolean(name, given));
  const text = given ?? rest.shift();
  if (text === undefined) throw new UsageError(`-${name} needs a value`);
  values.set(name, readValue(name, flag, text, values.get(name)));
}

function unknownFlag(command: Command, name: string): string {
  const visible = Object.entries(command.flags).filter(([, flag]) => flag.hidden !== true);
  const hint = didYouMean(
    name,
    visible.map(([known]) => known),
  ).replace(/"(.*)"/, "-$1");
  return `${command.name} has no flag -${name}.${hint}`;
}

function absent(flag: Flag): unknown {
  if (flag.kind === "list") return [];
  return flag.kind === "text" ? undefined : flag.default;
}

function readValue(name: string, flag: Exclude<Flag, { kind: "boolean" }>, text: string, before: unknown): unknown {
  switch (flag.kind) {
    case "text":
      return text;
    case "list":
      return [...((before ?? []) as string[]), ...splitList(text, flag.separator)];
    case "integer":
      if (/^[+-]?\d+$/.test(text)) return Number(text);
      throw new UsageError(`-${name} is a whole number, not "${text}"`);
    case "choice":
      if (flag.choices.includes(text)) return text;
      throw new UsageError(`-${name} is one of ${flag.choices.join(", ")}, not "${text}"`);
  }
}

const TRUE = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const FALSE = new Set(["0", "f", "F", "false", "FALSE", "False"]);

function readBoolean(name: string, given: string | undefined): boolean {
  if (given === undefined || TRUE.has(given)) return true;
  if (FALSE.has(given)) return false;
  throw new UsageError(`-${name} is on or off (true or false), not "${given}"`);
}

function splitList(text: string, separator: string | undefined): string[] {
  return separator === undefined ? [text] : splitOutsideBraces(text, separator).filter((item) => item !== "");
}

/** The comma in the pattern `{a,b}.c` belongs to the pattern. */
function splitOutsideBraces(text: string, separator: string): string[] {
  const items = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "{") depth++;
    if (character === "}") depth--;
    if (character === separator && depth <= 0) items.push("");
    else items[items.length - 1] += character;
  }
  return items.map((item) => item.trim());
}

function checkCount(command: Command, positional: readonly string[]): void {
  const missing = command.arguments[positional.length];
  if (missing !== undefined && missing.optional !== true) {
    throw new UsageError(`${command.name} needs a ${missing.name}`);
  }
  const most = command.arguments.length;
  if (positional.length <= most || command.arguments.at(-1)?.variadic === true) return;
  const few =
    most === 0 ? "no arguments" : most === 1 ? `one ${command.arguments[0]!.name}` : `at most ${most} arguments`;
  throw new UsageError(`${command.name} takes ${few}`);
}
