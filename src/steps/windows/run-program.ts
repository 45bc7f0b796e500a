import { createHash } from "node:crypto";
import type { ExecOptions } from "../../sdk/communicator.ts";
import { inputLine, powershellReader, type PowershellOptions } from "../../sdk/windows/powershell.ts";
import { runElevated, runFile, runScript } from "./programs.ts";

/** Lines of the programs below: a letter that says what it is, and base64. */
const line = {
  head: (fields: readonly string[]) => `H${base64(fields.join("\n"))}\n`,
  variable: (name: string, value: string) => `E${base64(name)} ${base64(value)}\n`,
  settings: (text: string) => `V${base64(text)}\n`,
  password: (text: string) => `P${base64(text)}\n`,
  file: (name: string) => `F${base64(name)}\n`,
  piece: (bytes: Buffer) => `S${bytes.toString("base64")}\n`,
  end: (digest: string) => `=${digest}\n`,
};

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** What a PowerShell in the guest is to be given: a command line, and the standard input with all that it needs. */
export interface PreparedCommand {
  readonly command: string;
  readonly stdin: NonNullable<ExecOptions["stdin"]>;
}

/** Names and values. */
type Variables = readonly (readonly [name: string, value: string])[];

export interface ScriptRun {
  /** Where the script stands while it runs. */
  readonly path: string;
  readonly content: Buffer;
  readonly keep: boolean;
  readonly environment: Variables;
  /** PowerShell text that sets the environment, in place of `environment`. */
  readonly settings?: string | undefined;
  /** Level of `Set-PSDebug -Trace`. */
  readonly trace: number;
}

/** Brings a PowerShell script to the guest, runs it and removes it, all by one PowerShell. Its status is the script's. */
export function prepareScript(run: ScriptRun, options: PowershellOptions): PreparedCommand {
  const lines = [
    line.head([run.path, run.keep ? "keep" : "", String(run.trace)]),
    ...run.environment.map(([name, value]) => line.variable(name, value)),
    ...(run.settings === undefined ? [] : [line.settings(run.settings)]),
    ...contentLines(run.content),
  ];
  return { command: powershellReader(options), stdin: inputLine(runScript) + lines.join("") };
}

export interface FileRun {
  readonly path: string;
  readonly content: Buffer;
  readonly keep: boolean;
  readonly environment: Variables;
  /** Programs of which the first that is there runs the file. */
  readonly programs: readonly string[];
  /** The program's arguments, as one command line. `%` stands for the path. */
  readonly argumentsText: string;
}

/** As `prepareScript`, for a file that another program runs. */
export function prepareFile(run: FileRun): PreparedCommand {
  const lines = [
    line.head([run.path, run.keep ? "keep" : "", run.programs.join("|"), run.argumentsText]),
    ...run.environment.map(([name, value]) => line.variable(name, value)),
    ...contentLines(run.content),
  ];
  return { command: powershellReader({ executionPolicy: "Bypass" }), stdin: inputLine(runFile) + lines.join("") };
}

export interface ElevatedRun {
  readonly user: string;
  readonly password: string;
  readonly taskName: string;
  /** Made for this run alone, and removed with everything in it. */
  readonly directory: string;
  /** Names in `directory`, and their contents. */
  readonly files: Readonly<Record<string, Buffer>>;
  /** Read by cmd.exe; its output and exit status become ours. */
  readonly command: string;
}

/** Runs a command as a scheduled task, with all rights the user has. The password travels as data. */
export function prepareElevated(run: ElevatedRun): PreparedCommand {
  const lines = [
    line.head([run.taskName, run.directory, run.user, run.command]),
    line.password(run.password),
    ...Object.entries(run.files).flatMap(([name, content]) => [line.file(name), ...pieces(content)]),
    line.end(digestOf(Object.values(run.files))),
  ];
  return { command: powershellReader({ executionPolicy: "Bypass" }), stdin: inputLine(runElevated) + lines.join("") };
}

/** Ends and removes what `prepareElevated` has left in the guest; read by cmd.exe or PowerShell. */
export function elevatedRemoval({ taskName, directory }: Pick<ElevatedRun, "taskName" | "directory">): string {
  const steps = [
    `schtasks /end /tn ${taskName}`,
    `schtasks /delete /f /tn ${taskName}`,
    `rd /s /q ${directory.replaceAll("/", "\\")}`,
  ];
  return `cmd /c "${steps.join(" & ")}"`;
}

const PIECE = 96 * 1024;

function contentLines(content: Buffer): readonly string[] {
  return [...pieces(content), line.end(digestOf([content]))];
}

function pieces(content: Buffer): readonly string[] {
  const count = Math.ceil(content.length / PIECE);
  return Array.from({ length: count }, (_, index) => line.piece(content.subarray(index * PIECE, (index + 1) * PIECE)));
}

function digestOf(contents: readonly Buffer[]): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return hash.digest("hex");
}
