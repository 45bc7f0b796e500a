import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { errorMessage } from "../../../lib/error-text.ts";
import { retry } from "../../../lib/retry.ts";
import type { Communicator } from "../../../sdk/communicator.ts";
import type { GeneratedData } from "../../../sdk/component.ts";
import { BuildError, ConnectionLost } from "../../../sdk/error.ts";
import { commandFailure, runGuestCommand, type GuestCommandResult } from "../../../steps/guest-command.ts";
import type { LateTemplate } from "../../../sdk/late-template.ts";
import type { Run } from "../../../sdk/run.ts";
import { rule } from "../../../sdk/schema/rules.ts";
import { late, list, map } from "../../../sdk/schema/field.ts";
import { environmentIssues } from "../scripts/environment-fields.ts";
import { scriptInWords, underOwnName, type CopiedScript } from "../scripts/own-name.ts";
import type { ScriptArguments } from "../scripts/script-files.ts";
import { scriptEnvironment, type EnvironmentPairs } from "../scripts/script-environment.ts";
import { ARRIVED_INCOMPLETE } from "../../../steps/windows/programs.ts";
import { type PreparedCommand } from "../../../steps/windows/run-program.ts";

/** Packer's exit status for a lost connection; templates list it in `valid_exit_codes`. */
const DISCONNECTED = 2300218;

/** As the environment of other scripts, but with values that may wait for the machine: `{{ .WinRMPassword }}`. */
export const lateEnvironmentFields = {
  environment_vars: list(
    late("any", "`NAME=value`"),
    "Environment of the scripts. Values may hold `{{ .WinRMPassword }}` and the other values of `build`.",
  ).default([]),
  env: map(late("any", "A value."), "Environment of the scripts, as a map. Wins over `environment_vars`.").default({}),
};

export const lateEnvironmentRule = rule(
  lateEnvironmentFields,
  ["environment_vars", "env"],
  ({ environment_vars, env }) => {
    const variables = environment_vars.map(({ text }) => text);
    return environmentIssues(variables, Object.keys(env));
  },
);

interface LateVariables {
  readonly environment_vars: readonly LateTemplate[];
  readonly env: Readonly<Record<string, LateTemplate>>;
}

export function lateEnvironment(
  run: Run,
  data: GeneratedData,
  { environment_vars, env }: LateVariables,
): EnvironmentPairs {
  const rendered = Object.entries(env).map(([name, value]) => [name, value.render(data)]);
  return scriptEnvironment(run, data, {
    environment_vars: environment_vars.map((variable) => variable.render(data)),
    env: Object.fromEntries(rendered),
  });
}

export interface WindowsScript {
  /** For people: the file, or `inline commands`. */
  readonly name: string;
  readonly content: Buffer;
}

interface InlineOrFiles extends ScriptArguments {
  readonly inline?: readonly string[] | undefined;
}

/** The scripts of a configuration, in order; `ofLines` makes one of the inline commands. */
export async function readWindowsScripts(
  { inline, script, scripts }: InlineOrFiles,
  work: string,
  ofLines: (lines: readonly string[]) => string,
): Promise<readonly WindowsScript[]> {
  if (inline) return [{ name: "inline commands", content: Buffer.from(ofLines(inline)) }];
  const files = scripts ?? (script === undefined ? [] : [script]);
  return Promise.all(files.map((file) => readWindowsScript(file, work)));
}

async function readWindowsScript(file: string, work: string): Promise<WindowsScript> {
  const content = await readFile(resolve(work, file)).catch((cause: unknown) => {
    throw new BuildError(`Could not read the script "${file}": ${errorMessage(cause)}`, { cause });
  });
  return { name: file, content };
}

/** Where a script goes: a remote path that ends like a directory keeps the script's own name. */
export function remotePathFor(path: string, name: string): string {
  if (!/[/\\]$/.test(path)) return path;
  const base = name === "inline commands" ? "inline" : (name.split(/[/\\]/).at(-1) ?? name);
  return `${path}${base}`;
}

/** Runs what was prepared; it is tried again as long as the script has not begun, and `timeoutMs` is not over. */
export function startPrepared(
  run: Run,
  communicator: Communicator,
  prepare: () => PreparedCommand,
  timeoutMs: number,
): Promise<GuestCommandResult> {
  const attempt = async (): Promise<GuestCommandResult> => {
    const { command, stdin } = prepare();
    const ended = await runGuestCommand(run, communicator, command, { stdin, pty: false });
    const { result } = ended;
    if (result.kind === "disconnect" && result.inputUnsent === true) {
      throw new ConnectionLost(`the connection was lost before it had arrived (${result.reason})`);
    }
    if (result.kind === "exit" && result.code === ARRIVED_INCOMPLETE) throw new ConnectionLost("it arrived incomplete");
    return ended;
  };
  return startAgain(run, attempt, timeoutMs);
}

/** Everything up to the start is tried again; once a script runs, its end is final. */
export function startAgain<Result>(run: Run, attempt: () => Promise<Result>, timeoutMs: number): Promise<Result> {
  return retry(attempt, {
    timeoutMs,
    delayMs: 2000,
    factor: 1,
    signal: run.signal,
    shouldRetry: (failure) => failure instanceof ConnectionLost,
    onRetry: (failure) => run.warn(`The script could not be started: ${errorMessage(failure)}. Trying again.`),
  });
}

/** Throws unless the script ended with one of the statuses that count as success. */
export function checkEnd(run: Run, script: CopiedScript, ended: GuestCommandResult, valid: readonly number[]): void {
  const { result } = ended;
  const what = scriptInWords(script.name);
  if (result.kind === "disconnect" && valid.includes(DISCONNECTED)) {
    return run.say(`${what} ended the connection, as expected`);
  }
  if (result.kind === "exit" && valid.includes(result.code)) return;
  const failure = commandFailure(what, { ...ended, lastLine: underOwnName(ended.lastLine, script) });
  if (result.kind !== "disconnect") throw failure;
  throw new ConnectionLost(failure.message, {
    hint: `If the script restarts the machine, let the windows-restart provisioner do that; or add ${DISCONNECTED} to valid_exit_codes.`,
  });
}
