import { setMaxListeners } from "node:events";
import type { ProgramName } from "../lib/called-as.ts";
import { nearest } from "../lib/did-you-mean.ts";
import type { Redactor } from "../ui/redact.ts";
import { EXIT, type Command, type CommandContext } from "./command.ts";
import { commands } from "./commands.ts";
import { ELSEWHERE } from "./elsewhere.ts";
import { createHost } from "./host.ts";
import { UsageError } from "./usage-error.ts";

/** Runs one command line and returns its exit code. Never rejects. */
export async function runProgram(
  args: readonly string[],
  process: NodeJS.Process,
  program: ProgramName = "imgbuild",
): Promise<number> {
  if (program === "packer") {
    const { runAsPacker } = await import("./packer/run-as-packer.ts");
    return runAsPacker(args, process, runProgram);
  }
  // One signal stops everything that waits, and hundreds may wait: Node would warn the user of a leak from eleven on.
  setMaxListeners(0);
  const redactors: Redactor[] = [];
  try {
    return await dispatch(args, process, (redactor) => void redactors.push(redactor));
  } catch (error) {
    const { text, code } = await describeFailure(error);
    const masked = redactors.reduce((shown, redactor) => redactor.text(shown), text);
    process.stderr.write(masked);
    return code;
  }
}

interface Failure {
  readonly text: string;
  readonly code: number;
}

async function describeFailure(error: unknown): Promise<Failure> {
  if (error instanceof UsageError) return { text: `${error.message}\n`, code: EXIT.usage };
  const { describeError } = await import("../core/describe-error.ts");
  const { text, hint, stack } = describeError(error);
  const lines = [`Error: ${text}`, hint, stack].filter((line) => line !== undefined);
  return { text: `${lines.join("\n")}\n`, code: EXIT.failed };
}

async function dispatch(
  given: readonly string[],
  process: NodeJS.Process,
  onRedactor: CommandContext["onRedactor"],
): Promise<number> {
  // Packer knows this flag before the command as well as after it.
  const isMachineReadable = given.some((argument) => MACHINE_READABLE.test(argument));
  const [first, ...rest] = given.filter((argument) => !MACHINE_READABLE.test(argument));
  if (first === undefined) return showProgramHelp(process.stderr, EXIT.usage);
  const name = ALIASES.get(first) ?? first;
  if (name === "help") return help(rest[0], process);
  const command = await loadCommand(name);
  if (wantsHelp(rest)) return help(name, process);
  const passesOn = isMachineReadable && "machine-readable" in command.flags;
  const args = passesOn ? ["-machine-readable", ...rest] : rest;
  const { parseInput } = await import("./parse-input.ts");
  const input = parse(command, () => parseInput(command, args));
  noteWithoutEffect(command, args, process);
  return command.run({ host: createHost(process), process, commands, onRedactor }, input);
}

const MACHINE_READABLE = /^--?machine-readable(=true)?$/;
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["-v", "version"],
  ["-version", "version"],
  ["--version", "version"],
  ["-h", "help"],
  ["-help", "help"],
  ["--help", "help"],
  ["-autocomplete-install", "autocomplete-install"],
  ["-autocomplete-uninstall", "autocomplete-uninstall"],
  ["plugin", "plugins"],
]);

async function loadCommand(name: string): Promise<Command> {
  if (Object.hasOwn(commands, name)) return commands[name]!.load();
  throw new UsageError(unknownCommand(name));
}

function unknownCommand(name: string): string {
  const elsewhere = ELSEWHERE.get(name);
  if (elsewhere !== undefined) return elsewhere;
  if (name.startsWith("-"))
    return `The flag ${name} belongs after a command, for example:\n    imgbuild build ${name} template.pkr.hcl`;
  if (/\.(hcl|json)$|^\.{0,2}\//.test(name) || name === ".")
    return `There is no command "${name}". To build this template:\n    imgbuild build ${name}`;
  const meant = nearest(name, Object.keys(commands));
  const suggestion = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  return `There is no command "${name}".${suggestion}\nAll commands:\n    imgbuild help`;
}

const HELP_FLAG = /^(-h|--?help)$/;

function wantsHelp(args: readonly string[]): boolean {
  const flag = args.findIndex((argument) => HELP_FLAG.test(argument));
  const end = args.indexOf("--");
  return flag !== -1 && (end === -1 || flag < end);
}

async function help(name: string | undefined, { stdout }: NodeJS.Process): Promise<number> {
  if (name === undefined) return showProgramHelp(stdout, EXIT.ok);
  const { commandHelp, environmentHelp } = await import("./commands/help.ts");
  stdout.write(name === "environment" ? environmentHelp() : commandHelp(await loadCommand(name)));
  return EXIT.ok;
}

async function showProgramHelp(stream: NodeJS.WritableStream, code: number): Promise<number> {
  const { programHelp } = await import("./commands/help.ts");
  stream.write(programHelp(commands));
  return code;
}

function parse<Result>(command: Command, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}\nExamples and flags:\n    imgbuild help ${command.name}`);
  }
}

function noteWithoutEffect(command: Command, args: readonly string[], process: NodeJS.Process): void {
  const used = args.flatMap((argument) => /^--?([^=]*)/s.exec(argument)?.[1] ?? []);
  for (const [name, { withoutEffect }] of Object.entries(command.flags)) {
    if (withoutEffect !== undefined && used.includes(name))
      process.stderr.write(`Note: -${name} has no effect: ${withoutEffect}\n`);
  }
  // Those that read templates.
  if ("var-file" in command.flags && process.env["PACKER_CONFIG"])
    process.stderr.write(
      "Note: PACKER_CONFIG has no effect: imgbuild has settings of its own (docs/checkpoints.md).\n",
    );
}
