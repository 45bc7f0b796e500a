import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { listFiles } from "../../../src/steps/windows/list-files.ts";
import {
  ARRIVED_INCOMPLETE,
  NO_SUCH_PROGRAM,
  runElevated,
  runFile,
  runScript,
} from "../../../src/steps/windows/programs.ts";
import type { Program } from "./command.ts";
import { guestPath } from "./guest-path.ts";
import type { LineProgram, LineResult } from "./line-program.ts";
import { trivial, type StandInOptions } from "./powershell-stand-in.ts";

/** The machine, as our own programs see it. */
export interface GuestMachine {
  /** Seconds. */
  uptime(): number;
  /** Runs a command line by cmd.exe, with these variables besides its own. */
  runCmd(command: string, variables: Readonly<Record<string, string>>): Program;
  readonly tasks: ScheduledTask[];
}

export interface ScheduledTask {
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly command: string;
  readonly script: string;
}

/** The programs of `src/sdk/windows`, done by this process: the same files, the same order, the same statuses. */
export const guestPrograms: StandInOptions["programs"] = {
  [runScript]: (options) => new ScriptProgram(options, runScriptFile),
  [runFile]: (options) => new ScriptProgram(options, runByProgram),
  [runElevated]: (options) => new TaskProgram(options),
  [listFiles]: ({ driveC }) => ({
    line: (line) => ({ stdout: listed(driveC, textOf(line)) }),
    end: () => ({ code: 0 }),
  }),
};

interface Received {
  readonly head: readonly string[];
  readonly path: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly settings: string | undefined;
}

type Ending = (received: Received, options: StandInOptions) => LineResult | Promise<LineResult>;

/** Takes a script and its environment, runs it at the end. */
class ScriptProgram implements LineProgram {
  readonly #options: StandInOptions;
  readonly #ending: Ending;
  readonly #variables: Record<string, string> = {};
  readonly #pieces: Buffer[] = [];
  #head: readonly string[] = [];
  #settings: string | undefined;
  #ready = false;

  constructor(options: StandInOptions, ending: Ending) {
    this.#options = options;
    this.#ending = ending;
  }

  line(line: string): undefined {
    const rest = line.slice(1);
    switch (line[0]) {
      case "H":
        this.#head = textOf(rest).split("\n");
        break;
      case "E": {
        const [name, value] = rest.split(" ").map(textOf);
        this.#variables[name!] = value!;
        break;
      }
      case "V":
        this.#settings = textOf(rest);
        break;
      case "S":
        this.#pieces.push(Buffer.from(rest, "base64"));
        break;
      case "=":
        this.#ready = rest === digestOf(this.#pieces);
        break;
      default:
        throw new Error(`A line of no kind: ${line}`);
    }
    return undefined;
  }

  async end(): Promise<LineResult> {
    if (!this.#ready) return { code: ARRIVED_INCOMPLETE, stderr: "the script arrived incomplete" };
    const path = guestPath(this.#options.driveC, this.#head[0]!);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.concat(this.#pieces));
    const received = { head: this.#head, path, variables: this.#variables, settings: this.#settings };
    const result = await this.#ending(received, this.#options);
    if (this.#head[1] !== "keep") rmSync(path, { force: true });
    return result;
  }
}

function runScriptFile({ path, variables, settings }: Received, options: StandInOptions): LineResult {
  if (settings !== undefined) options.seen(settings);
  return runPowershell(readFileSync(path, "utf8"), variables, options);
}

function runPowershell(
  script: string,
  variables: Readonly<Record<string, string>>,
  options: StandInOptions,
): LineResult {
  options.seen(script);
  const environment = { ...options.environment, ...variables };
  const { code = 0, ...printed } = options.answer(script, environment) ?? trivial(script, environment);
  return { ...printed, code };
}

async function runByProgram(
  { head, variables }: Received,
  { machine, signal, print }: StandInOptions,
): Promise<LineResult> {
  const [path = "", , programs = "", argumentsText = ""] = head;
  if (!programs.includes("%ComSpec%")) return { code: NO_SUCH_PROGRAM, stderr: `none of these is there: ${programs}` };
  // What `cmd /d /s /c ""PATH""` runs.
  const command = argumentsText.replace(/^.*\/c "(.*)"$/, "$1").replace("%", path);
  const program = machine.runCmd(command, variables);
  signal?.addEventListener("abort", () => program.kill(), { once: true });
  program.stdin.end();
  const streams = (["stdout", "stderr"] as const).map(
    (name) =>
      new Promise<void>((resolve) => {
        program[name].on("data", (chunk: Buffer) => print?.(name, chunk));
        program[name].once("end", resolve).once("close", resolve);
      }),
  );
  const [code] = await Promise.all([program.exit, ...streams]);
  return { code };
}

/** Takes files, registers a task, and runs what the task would: the script among the files. */
class TaskProgram implements LineProgram {
  readonly #options: StandInOptions;
  readonly #files: [name: string, pieces: Buffer[]][] = [];
  #head: readonly string[] = [];
  #password = "";
  #ready = false;

  constructor(options: StandInOptions) {
    this.#options = options;
  }

  line(line: string): undefined {
    const rest = line.slice(1);
    if (line[0] === "H") this.#head = textOf(rest).split("\n");
    if (line[0] === "P") this.#password = textOf(rest);
    if (line[0] === "F") this.#files.push([textOf(rest), []]);
    if (line[0] === "S") this.#files.at(-1)![1].push(Buffer.from(rest, "base64"));
    if (line[0] === "=") this.#ready = rest === digestOf(this.#files.flatMap(([, pieces]) => pieces));
    return undefined;
  }

  end(): LineResult {
    if (!this.#ready) return { code: ARRIVED_INCOMPLETE, stderr: "the script arrived incomplete" };
    const [name = "", , user = "", command = ""] = this.#head;
    const files = Object.fromEntries(
      this.#files.map(([file, pieces]) => [file, Buffer.concat(pieces).toString("utf8")]),
    );
    for (const text of [files["run.ps1"], files["environment.ps1"]]) if (text) this.#options.seen(text);
    const script = files["script.ps1"] ?? files["update.ps1"] ?? "";
    this.#options.machine.tasks.push({ name, user, password: this.#password, command, script });
    return runPowershell(script, variablesOf(files["environment.txt"] ?? ""), this.#options);
  }
}

function variablesOf(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => line.split(" ").map(textOf) as [string, string]));
}

/** Wildcards in the last part of the path, as in most templates. */
function listed(driveC: string, pattern: string): string {
  const [, parent = "", last = ""] = /^(.*[/\\])([^/\\]*)$/.exec(pattern) ?? [];
  const directory = guestPath(driveC, parent);
  const wanted = new RegExp(
    `^${last
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "i",
  );
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => wanted.test(name)) : [];
  return names
    .map((name) => {
      const kind = statSync(join(directory, name)).isDirectory() ? "d" : "f";
      return `${kind} ${Buffer.from(parent.replaceAll("/", "\\") + name).toString("base64")}\r\n`;
    })
    .join("");
}

function digestOf(pieces: readonly Buffer[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

function textOf(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
