import { Command as Commander, CommanderError, Option } from "commander";
import type { Command, CommandInput, Flag, FlagTable } from "./command.ts";
import { fromGoFlags } from "./go-flags.ts";
import { UsageError } from "./usage-error.ts";

/** Reads the arguments of one command by its declaration. Throws a UsageError with the reason and, where near, the right name. */
export function parseInput(command: Command, args: readonly string[]): CommandInput<FlagTable> {
  const commander = new Commander(command.name)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .helpOption(false)
    .allowExcessArguments(command.arguments.some(({ variadic }) => variadic));
  for (const { name, optional, variadic } of command.arguments) {
    const text = `${name}${variadic ? "..." : ""}`;
    commander.argument(optional ? `[${text}]` : `<${text}>`);
  }
  for (const [name, flag] of Object.entries(command.flags))
    for (const option of options(name, flag)) commander.addOption(option);
  try {
    commander.parse(fromGoFlags(args, command.flags), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // A flag may have taken the argument that is missing for its value: then that is what is wrong.
    if (error.code === "commander.missingArgument") flagValues(command, commander);
    throw new UsageError(inOurWords(error, command));
  }
  const flags = flagValues(command, commander);
  return { positional: commander.args, flags: Object.fromEntries(flags) as CommandInput<FlagTable>["flags"] };
}

function flagValues(command: Command, commander: Commander): (readonly [string, unknown])[] {
  const values = commander.opts<Record<string, unknown>>();
  return Object.entries(command.flags).map(([name, flag]) => [name, valueOf(name, flag, values[attribute(name)])]);
}

function options(name: string, flag: Flag): Option[] {
  if (flag.kind === "boolean") return [new Option(`--${name}`), new Option(`--no-${name}`).default(undefined)];
  const option = new Option(`--${name} <value>`);
  if (flag.kind === "list") option.argParser((value: string, before: string[] = []) => [...before, value]);
  return [option];
}

const attribute = (name: string): string => new Option(`--${name}`).attributeName();

function valueOf(name: string, flag: Flag, given: unknown): unknown {
  switch (flag.kind) {
    case "boolean":
      return given ?? flag.default;
    case "text":
      return given;
    case "list":
      return splitList((given ?? []) as string[], flag.separator);
    case "integer":
      return integer(name, given as string | undefined) ?? flag.default;
    case "choice":
      if (given === undefined) return flag.default;
      if (flag.choices.includes(given as string)) return given;
      throw new UsageError(`-${name} is one of ${flag.choices.join(", ")}, not "${String(given)}"`);
  }
}

function splitList(given: readonly string[], separator: string | undefined): string[] {
  if (separator === undefined) return [...given];
  return given.flatMap((text) => splitOutsideBraces(text, separator)).filter((item) => item !== "");
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

function integer(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^[+-]?\d+$/.test(given)) throw new UsageError(`-${name} is a whole number, not "${given}"`);
  return Number(given);
}

/** Commander's messages name flags with two dashes and begin with "error:"; ours read like the rest of imgbuild. */
function inOurWords(error: CommanderError, command: Command): string {
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const hint = rest
    .join(" ")
    .replace(/^\(Did you mean (one of )?(.*)\?\)$/, "Did you mean $2?")
    .replaceAll("--", "-");
  const [, missing] = /^missing required argument '(.+)'$/.exec(first) ?? [];
  if (missing !== undefined) return `${command.name} needs ${/^[aeiou]/.test(missing) ? "an" : "a"} ${missing}`;
  if (error.code === "commander.excessArguments") {
    const most = command.arguments.length;
    return `${command.name} takes ${most === 0 ? "no arguments" : most === 1 ? `one ${command.arguments[0]!.name}` : `at most ${most} arguments`}`;
  }
  const [, unknown] = /^unknown option '(.+)'$/.exec(first) ?? [];
  if (unknown !== undefined)
    return `${command.name} has no flag ${unknown.replace(/^--/, "-")}.${hint === "" ? "" : ` ${hint}`}`;
  const [, valueless] = /^option '--(\S+) <value>' argument missing$/.exec(first) ?? [];
  if (valueless !== undefined) return `-${valueless} needs a value`;
  return `${first}${hint === "" ? "" : ` ${hint}`}`;
}
