import { COMPATIBLE_PACKER_VERSION } from "../../lib/packer-version.ts";
import { EXIT, type CommandTable } from "../command.ts";
import { commands } from "../commands.ts";
import { ELSEWHERE } from "../elsewhere.ts";
import { createHost } from "../host.ts";

/** What Packer answers where it is given no command that it knows. */
const NO_COMMAND = 127;

/**
 * The same commands under Packer's name. What scripts look at is as they know it: the version, the exit codes, and on which
 * stream help comes. Arguments and output are Packer's already.
 */
export async function runAsPacker(args: readonly string[], process: NodeJS.Process, run: Run): Promise<number> {
  const { stdout } = process;
  const [first = "", ...rest] = args.filter((argument) => !MACHINE_READABLE.test(argument));
  if (HELP_FLAG.test(first)) return showHelp(rest[0], stdout);
  const wantsHelp = rest.some((argument) => HELP_FLAG.test(argument));
  if (wantsHelp && isCommand(first)) return showHelp(first, stdout);
  if (first === "version" || VERSION_FLAG.test(first)) {
    const isMachineReadable = args.some((argument) => MACHINE_READABLE.test(argument));
    stdout.write(versionText(isMachineReadable, createHost(process).clock.now()));
    return EXIT.ok;
  }
  const elsewhere = ELSEWHERE.get(first);
  if (elsewhere !== undefined) {
    process.stderr.write(`${elsewhere}\n`);
    return EXIT.failed;
  }
  if (!isCommand(first)) {
    stdout.write(usage(commands));
    return NO_COMMAND;
  }
  const completed = first === "console" ? withPackersConsole(args) : args;
  return packersCode(await run(completed, process));
}

/** Runs a command line of imgbuild. */
type Run = (args: readonly string[], process: NodeJS.Process) => Promise<number>;

const MACHINE_READABLE = /^--?machine-readable(=true)?$/;
const VERSION_FLAG = /^(-v|--?version)$/;
const HELP_FLAG = /^(-h|--?help)$/;
/** Before any command. */
const COMPLETION_FLAG = /^--?autocomplete-(un)?install$/;

function isCommand(name: string): boolean {
  return Object.hasOwn(commands, name) || COMPLETION_FLAG.test(name);
}

function versionText(isMachineReadable: boolean, now: number): string {
  const shown = `Packer v${COMPATIBLE_PACKER_VERSION}`;
  if (!isMachineReadable) return `${shown}\n`;
  const seconds = Math.floor(now / 1000);
  const facts = [`version,${COMPATIBLE_PACKER_VERSION}`, "version-prelease,", "version-commit,", `ui,say,${shown}`];
  return facts.map((fact) => `${seconds},,${fact}\n`).join("");
}

/** Without a template, Packer's console knows the functions of JSON templates, ours those of HCL. */
function withPackersConsole(args: readonly string[]): readonly string[] {
  if (args.some((argument) => CONFIG_TYPE.test(argument))) return args;
  return args.toSpliced(args.indexOf("console") + 1, 0, "-config-type=json");
}

const CONFIG_TYPE = /^--?config-type(=|$)/;

/** One that is neither a failed build nor a usage error: files that are not formatted. */
function packersCode(code: number): number {
  return code === EXIT.ok || code === EXIT.unformatted ? code : EXIT.failed;
}

function usage(table: CommandTable): string {
  const listed = Object.entries(table).filter(([, { hidden }]) => hidden !== true);
  const width = Math.max(...listed.map(([name]) => name.length)) + 4;
  const lines = listed.map(([name, { summary }]) => `    ${name.padEnd(width)}${summary}\n`);
  return `Usage: packer [--version] [--help] <command> [<args>]\n\nAvailable commands are:\n${lines.join("")}\n`;
}

/** Of a command, or of all of them. */
async function showHelp(name: string | undefined, stdout: NodeJS.WritableStream): Promise<number> {
  if (name === undefined || !Object.hasOwn(commands, name)) {
    stdout.write(usage(commands));
    return EXIT.ok;
  }
  const { commandHelp } = await import("../commands/help.ts");
  const command = await commands[name]!.load();
  stdout.write(commandHelp(command).replaceAll(/\bimgbuild(?= [a-z<[])/g, "packer"));
  return EXIT.ok;
}
