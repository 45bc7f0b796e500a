import { Command as Commander, CommanderError, Option } from "commander";
import { nearest } from "../lib/did-you-mean.ts";
import {
  argumentText,
  type Command,
  type CommandArgument,
  type CommandInput,
  type Flag,
  type FlagTable,
} from "./command.ts";
import { describeCommanderError } from "./describe-commander-error.ts";
import { fromGoFlags, type GoFlags } from "./go-flags.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Reads the arguments of one command by its declaration. Throws a UsageError with the reason and, where one is near,
 * the right name.
 */
export function parseInput(command: Command, args: readonly string[]): CommandInput<FlagTable> {
  const commander = new Commander(command.name)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .helpOption(false)
    .allowExcessArguments(command.arguments.some(({ variadic }) => variadic));
  for (const argument of command.arguments) commander.argument(usage(argument));
  for (const [name, flag] of Object.entries(command.flags)) commander.addOption(optionFor(name, flag));
  const { rest, switches } = fromGoFlags(args, command.flags);
  const read = { commander, switches };
  try {
    commander.parse([...rest], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // A flag may have taken the argument that is missing for its value: then that is what is wrong.
    if (error.code === "commander.missingArgument") flagValues(command, read);
    throw new UsageError(describeCommanderError(error, command));
  }
  const flags = flagValues(command, read);
  return { positional: commander.args, flags: Object.fromEntries(flags) as CommandInput<FlagTable>["flags"] };
}

/** As commander writes it: `<template>`, `[path...]`. */
function usage({ optional, ...argument }: CommandArgument): string {
  const text = argumentText(argument);
  return optional ? `[${text}]` : `<${text}>`;
}

interface ReadFlags extends Pick<GoFlags, "switches"> {
  readonly commander: Commander;
}

function flagValues(command: Command, { commander, switches }: ReadFlags): (readonly [string, unknown])[] {
  const values = commander.opts<Record<string, unknown>>();
  return Object.entries(command.flags).map(([name, flag]) => {
    const given = flag.kind === "boolean" ? switches.get(name) : values[attribute(name)];
    return [name, valueOf(name, flag, given)];
  });
}

/** Switches never reach commander; it has to know their names, to suggest them. */
function optionFor(name: string, flag: Flag): Option {
  if (flag.kind === "boolean") return new Option(`--${name}`);
  const option = new Option(`--${name} <value>`);
  if (flag.kind === "list") option.argParser((value: string, before: string[] = []) => [...before, value]);
  return option;
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
      return given === undefined ? flag.default : integer(name, given as string, flag.word);
    case "choice":
      if (given === undefined) return flag.default;
      if (flag.choices.includes(given as string)) return given;
      throw new UsageError(
        `-${name} is one of ${flag.choices.join(", ")}, not "${given as string}"${meant(given as string, flag.choices)}`,
      );
  }
}

function meant(given: string, choices: readonly string[]): string {
  const found = nearest(given, choices) ?? choices.find((choice) => choice.startsWith(given));
  return found === undefined ? "" : `. Did you mean ${found}?`;
}

function splitList(given: readonly string[], separator: string | undefined): string[] {
  if (separator === undefined) return [...given];
  return given.flatMap((text) => splitOutsideBraces(text, separator)).filter((item) => item !== "");
}

/** The comma in the pattern `{a,b}.c` belongs to the pattern, and so does what stands behind a backslash. */
function splitOutsideBraces(text: string, separator: string): string[] {
  const items = [""];
  let depth = 0;
  for (const [character] of text.matchAll(/\\[^]|[^]/gu)) {
    if (character === "{") depth++;
    if (character === "}") depth--;
    if (character === separator && depth <= 0) items.push("");
    else items[items.length - 1] += character;
  }
  return items.map(trimmed);
}

/** White space behind a backslash belongs to the pattern. */
const trimmed = (item: string): string => item.trimStart().replace(/(?<!\\)\s+$/, "");

function integer(name: string, given: string, word: string | undefined): number | string {
  if (given === word) return given;
  const or = word === undefined ? "" : ` or ${word}`;
  if (!/^[+-]?\d+$/.test(given)) throw new UsageError(`-${name} is a whole number${or}, not "${given}"`);
  return Number(given);
}
