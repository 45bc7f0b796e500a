import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { receiveFiles } from "../../../src/communicators/winrm/guest/receive-files.ts";
import { sendFiles } from "../../../src/communicators/winrm/guest/send-files.ts";
import { uptimeScript } from "../../../src/steps/windows/restart.ts";
import { NO_PROGRAM, reader } from "../../../src/sdk/windows/powershell.ts";
import { inProcess, type Program, type ProgramContext } from "./command.ts";
import { receiveFilesProgram, sendFilesProgram } from "./copy-programs.ts";
import { guestPath } from "./guest-path.ts";
import type { GuestMachine } from "./guest-programs.ts";
import type { LineProgram, LineResult } from "./line-program.ts";
import { copyOfWinrmcp } from "./winrmcp.ts";

/** What a script prints, and its exit status. `undefined`: this test knows nothing of that script. */
export type PowershellAnswer = (
  script: string,
  environment: Readonly<Record<string, string>>,
) => LineResult | undefined;

export interface StandInOptions {
  readonly driveC: string;
  readonly answer: PowershellAnswer;
  readonly environment: Readonly<Record<string, string>>;
  /** Everything PowerShell would have been given to run, for a grammar to check. */
  readonly seen: (script: string) => void;
  readonly programs: Readonly<Record<string, (options: StandInOptions) => LineProgram>>;
  readonly machine: GuestMachine;
  /** Aborts when the PowerShell is ended. */
  readonly signal?: AbortSignal;
  /** Prints at once what a program prints that runs inside of the PowerShell. */
  readonly print?: (stream: "stdout" | "stderr", chunk: Buffer) => void;
}

/**
 * Stands where powershell.exe would be: there is none outside of Windows that a registry serves. It knows the programs of
 * ours that move files and run scripts, by their exact text, and the three scripts of Packer's copying; of a user's
 * script only what a test says of it. `undefined` where the command line is not PowerShell's.
 */
export function powershellStandIn(command: string, options: StandInOptions): Program | undefined {
  const [, rest] = /^"?(?:[^\s"]*[\\/])?(?:powershell|pwsh)(?:\.exe)?"?(?:\s+(.*))?$/is.exec(command) ?? [];
  if (rest === undefined) return undefined;
  const [, encoded] = /-e(?:c|nc|ncodedcommand)?\s+([\w+/=]+)/i.exec(rest) ?? [];
  const script = encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf16le");
  if (script === reader) return inProcess((context) => runReader(context, options));
  return inProcess((context) => runScript(script ?? scriptOf(rest, options), context, options));
}

const ours: StandInOptions["programs"] = {
  [receiveFiles]: ({ driveC }) => receiveFilesProgram(driveC),
  [sendFiles]: ({ driveC }) => sendFilesProgram(driveC),
};

async function runReader({ stdin, stdout, stderr, signal }: ProgramContext, options: StandInOptions): Promise<number> {
  let program: LineProgram | undefined;
  const tell = (result: LineResult | undefined) => {
    if (result?.stdout) stdout.write(result.stdout);
    if (result?.stderr) stderr.write(`${result.stderr}\r\n`);
    return result?.code;
  };
  for await (const line of createInterface({ input: stdin })) {
    if (program === undefined) {
      const text = Buffer.from(line, "base64").toString("utf8");
      options.seen(text);
      const make = { ...ours, ...options.programs }[text];
      if (make === undefined) throw new Error("The stand-in of PowerShell does not know this program");
      const print = (stream: "stdout" | "stderr", chunk: Buffer) => void { stdout, stderr }[stream].write(chunk);
      program = make({ ...options, signal, print });
      continue;
    }
    const code = tell(await program.line(line));
    if (code !== undefined) return code;
  }
  return program === undefined ? NO_PROGRAM : (tell(await program.end()) ?? 0);
}

/** Of `-File PATH`, of a command that calls a file, or the command itself. */
function scriptOf(rest: string, { driveC }: StandInOptions): string {
  const [, file, called] = /-file\s+"?([^"\s]+)"?/i.exec(rest) ?? /(?!)/.exec("") ?? [];
  const [, dotted] = /&'([^']+)'/.exec(rest) ?? [];
  const path = file ?? called ?? dotted;
  if (path !== undefined) return readFileSync(guestPath(driveC, path), "utf8");
  return rest.replace(/^(?:-(?:executionpolicy|ep)\s+\S+|-\w+)\s+/gi, "").replace(/^"|"$/g, "");
}

async function runScript(script: string, context: ProgramContext, options: StandInOptions): Promise<number> {
  options.seen(script);
  const copied = copyOfWinrmcp(script, options.driveC);
  if (script.endsWith(uptimeScript)) {
    context.stdout.write(`${Math.round(options.machine.uptime() * 1000)}\r\n`);
    return 0;
  }
  const result = copied ?? options.answer(script, options.environment) ?? trivial(script, options.environment);
  if (result.stdout) context.stdout.write(result.stdout);
  if (result.stderr) context.stderr.write(result.stderr);
  return Promise.resolve(result.code ?? 0);
}

/** Scripts of nothing but `echo`, `Write-Output` and `exit`. */
export function trivial(script: string, environment: Readonly<Record<string, string>>): LineResult {
  let stdout = "";
  const statements = script.split(/[\r\n;]+/).map((statement) => statement.trim());
  for (const statement of statements) {
    const [, code] = /^exit\s+(\d+)$/i.exec(statement) ?? [];
    if (code !== undefined) return { stdout, code: Number(code) };
    const [, quote, text] = /^(?:echo|write-output|write-host)\s+(["']?)(.*?)\1$/i.exec(statement) ?? [];
    if (text !== undefined) stdout += `${quote === "'" ? text : expanded(text, environment)}\r\n`;
  }
  return { stdout };
}

function expanded(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$env:(\w+)/gi, (_, name: string) => environment[name] ?? "");
}
