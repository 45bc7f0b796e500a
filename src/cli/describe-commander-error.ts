import type { CommanderError } from "commander";
import type { Command } from "./command.ts";

/**
 * What commander says, in the words of imgbuild: its messages name flags with two dashes and begin with "error:". A
 * message that is not known here is given as it is.
 */
export function describeCommanderError({ code, message }: CommanderError, command: Command): string {
  if (code === "commander.excessArguments") return `${command.name} takes ${mostArguments(command)}`;
  const [first = "", ...rest] = message.replace(/^error: /, "").split("\n");
  const hint = describeHint(rest.join(" "));
  for (const { pattern, describe } of known) {
    const name = pattern.exec(first)?.[1];
    if (name !== undefined) return describe({ name, hint, command: command.name });
  }
  return `${first}${hint}`;
}

function mostArguments({ arguments: known }: Command): string {
  const [only, ...others] = known;
  if (!only) return "no arguments";
  if (others.length === 0) return `one ${only.name}`;
  return `at most ${known.length} arguments`;
}

/** A sentence to put after another, or nothing. */
function describeHint(text: string): string {
  const hint = text.replace(/^\(Did you mean (?:one of )?(.*)\?\)$/, "Did you mean $1?").replaceAll("--", "-");
  return hint && ` ${hint}`;
}

interface Named {
  /** The argument or flag that the message is about. */
  readonly name: string;
  readonly hint: string;
  readonly command: string;
}

interface KnownMessage {
  readonly pattern: RegExp;
  readonly describe: (named: Named) => string;
}

const known: readonly KnownMessage[] = [
  {
    pattern: /^missing required argument '(.+)'$/,
    describe: ({ name, command }) => {
      const article = /^[aeiou]/.test(name) ? "an" : "a";
      return `${command} needs ${article} ${name}`;
    },
  },
  {
    pattern: /^unknown option '(.+)'$/,
    describe: ({ name, command, hint }) => {
      const flag = name.replace(/^--/, "-");
      return `${command} has no flag ${flag}.${hint}`;
    },
  },
  { pattern: /^option '--(\S+) <value>' argument missing$/, describe: ({ name }) => `-${name} needs a value` },
];
