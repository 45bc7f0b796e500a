import { setMaxListeners } from "node:events";
import { nearest } from "../lib/did-you-mean.ts";
import { EXIT, type Command } from "./command.ts";
import { commands } from "./commands.ts";
import { createHost } from "./host.ts";
import { UsageError } from "./usage-error.ts";

/** Runs one command line and returns its exit code. Never rejects. */
export async function runProgram(args: readonly string[], process: NodeJS.Process): Promise<number> {
  const say = (text: string): void => void process.stderr.write(text);
  // One signal stops everything that waits, and hundreds may wait: Node would warn the user of a leak from eleven on.
  setMaxListeners(0);
  try {
    return await dispatch(args, process);
  } catch (error) {
    if (error instanceof UsageError) {
      say(`${error.message}\n`);
      return EXIT.usage;
    }
    const { describeError } = await import("../core/describe-error.ts");
    const { text, hint, stack } = describeError(error);
    say(`Error: ${text}\n${hint === undefined ? "" : `${hint}\n`}${stack === undefined ? "" : `${stack}\n`}`);
    return EXIT.failed;
  }
}

async function dispatch(given: readonly string[], process: NodeJS.Process): Promise<number> {
  // Packer knows this flag before the command as well as after it.
  const isMachineReadable = given.some((argument) => MACHINE_READABLE.test(argument));
  const [first, ...rest] = given.filter((argument) => !MACHINE_READABLE.test(argument));
  const name = first === undefined ? undefined : (ALIASES[first] ?? first);
  if (name === undefined || name === "help") return help(rest[0], process, name === undefined);
  const command = await loadCommand(name);
  if (wantsHelp(rest)) return help(name, process, false);
  const args = isMachineReadable && "machine-readable" in command.flags ? ["-machine-readable", ...rest] : rest;
  const { parseInput } = await import("./parse-input.ts");
  const input = parse(command, () => parseInput(command, args));
  noteFlagsWithoutEffect(command, args, process);
  return command.run({ host: createHost(process), process, commands }, input);
}

const MACHINE_READABLE = /^--?machine-readable(=true)?$/;
const ALIASES: Readonly<Record<string, string>> = {
  "-v": "version",
  "-version": "version",
  "--version": "version",
  "-h": "help",
  "-help": "help",
  "--help": "help",
  "-autocomplete-install": "autocomplete-install",
  "-autocomplete-uninstall": "autocomplete-uninstall",
  plugin: "plugins",
};

async function loadCommand(name: string): Promise<Command> {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry) return entry.load();
  const meant = nearest(name, Object.keys(commands));
  throw new UsageError(
    name.startsWith("-")
      ? `The flag ${name} belongs after a command, for example:\n    imgbuild build ${name} template.pkr.hcl`
      : `There is no command "${name}".${meant === undefined ? "" : ` Did you mean "${meant}"?`}\nAll commands:\n    imgbuild help`,
  );
}

function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).some((argument) => /^(-h|--?help)$/.test(argument));
}

async function help(name: string | undefined, process: NodeJS.Process, isMistake: boolean): Promise<number> {
  const { commandHelp, programHelp } = await import("./commands/help.ts");
  const text = name === undefined ? programHelp(commands) : commandHelp(await loadCommand(name));
  (isMistake ? process.stderr : process.stdout).write(text);
  return isMistake ? EXIT.usage : EXIT.ok;
}

function parse<Result>(command: Command, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}\nExamples and flags:\n    imgbuild help ${command.name}`);
  }
}

function noteFlagsWithoutEffect(command: Command, args: readonly string[], process: NodeJS.Process): void {
  for (const [name, flag] of Object.entries(command.flags)) {
    const isUsed = args.some(
      (argument) => argument.replace(/^--?/, "").replace(/=.*$/s, "") === name && argument.startsWith("-"),
    );
    if (flag.withoutEffect !== undefined && isUsed)
      process.stderr.write(`Note: -${name} has no effect: ${flag.withoutEffect}\n`);
  }
}
