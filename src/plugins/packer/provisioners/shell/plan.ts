import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import { onStop } from "../../../../lib/on-stop.ts";
import { shellQuote, shellQuotePath } from "../../../../lib/shell-quote.ts";
import { commandWithVariables } from "../../scripts/command-with-variables.ts";
import { formatEnvironment, type EnvironmentPairs } from "../../scripts/script-environment.ts";
import type { ShellConfig } from "./options.ts";

/** Everything about one run of one script but the machine it runs in. */
export interface ScriptPlan {
  readonly path: string;
  readonly content: Buffer;
  /** Nobody can have left anything at `path`. */
  readonly unguessable: boolean;
  /** Lines that set the environment; absent where the environment stands in `command`. */
  readonly environment?: string | undefined;
  /** Where `command` expects the environment as a file. */
  readonly environmentFile?: string | undefined;
  /** Runs the script, which is in place by then. */
  readonly command: string;
  readonly keepScript: boolean;
}

/**
 * Decides where the script goes, how its environment travels, and what runs it. `oneCommand`: everything is going to be
 * done by `inOneCommand`, so that the environment need not become a file.
 */
export function planScript(
  config: ShellConfig,
  content: Buffer,
  pairs: EnvironmentPairs,
  oneCommand: boolean,
): ScriptPlan {
  const random = randomBytes(8).toString("hex");
  const unguessable = config.remote_path === undefined && config.remote_file === undefined;
  const path = config.remote_path ?? posix.join(config.remote_folder, config.remote_file ?? `script_${random}.sh`);
  const shared = { path, content, unguessable, keepScript: config.skip_clean };
  const { execute_command: own, env_var_format: format, use_env_var_file: asFile } = config;
  if (asFile || (own === undefined && format === undefined)) {
    const environment = formatEnvironment(pairs, format ?? "export %s='%s'\n");
    if (!asFile && oneCommand) return { ...shared, environment, command: shellQuotePath(path) };
    const file = posix.join(config.remote_folder, `varfile_${random}.sh`);
    const usual = `. ${shellQuotePath(file)} && rm -f ${shellQuotePath(file)} && ${shellQuotePath(path)}`;
    const command = own?.render({ Path: path, Vars: "", EnvVarFile: file }) ?? usual;
    return { ...shared, environment, environmentFile: file, command };
  }
  const render = (vars: string) =>
    own?.render({ Path: path, Vars: vars, EnvVarFile: "" }) ?? `chmod +x ${path}; ${vars} ${path}`;
  return { ...shared, command: commandWithVariables(render, { pairs, format: format ?? "%s='%s' " }) };
}

/** Printed by the scripts below where they cannot put a file in place, to tell it from the user's script failing. */
const CANNOT_WRITE = "imgbuild: cannot write";
const NOT_WRITTEN = 94;

/**
 * Upload, run and removal in one command: its standard input carries the environment, line by line, then the script. The
 * user's command runs in a subshell, so that an `exit` or `exec` in it cannot prevent the removal.
 */
export function inOneCommand(plan: ScriptPlan): { readonly command: string; readonly stdin: Buffer } {
  const { environment = "", environmentFile, content, path } = plan;
  const lines = withLineEnd(environment);
  const giveUp = cannotWrite(plan);
  const writeScript = `${writeFresh(path, "cat", plan.unguessable)} && ${hasSize(path, content.length)} || ${giveUp}`;
  const writeEnvironment = environmentFile && `${writeFresh(environmentFile, 'printf %s "$e"')} || ${giveUp}`;
  const setEnvironment = environmentFile ? [] : ['eval "$e"'];
  const command = [
    readEnvironment(lines.split("\n").length - 1),
    removalOnStop(plan),
    "(umask 077",
    writeEnvironment,
    writeScript,
    `) || exit ${NOT_WRITTEN}`,
    `chmod 0755 ${shellQuotePath(path)}`,
    ...runAndRemove(plan, setEnvironment),
  ];
  return {
    command: command.filter((line) => line !== undefined).join("\n"),
    stdin: Buffer.concat([Buffer.from(lines), content]),
  };
}

function withLineEnd(text: string): string {
  if (text === "" || text.endsWith("\n")) return text;
  return `${text}\n`;
}

/** Runs the script, already in place, and removes it. */
export function runAndRemove(plan: ScriptPlan, before: readonly string[] = []): readonly string[] {
  return [`(`, ...before, plan.command, `)`, `s=$?`, `${removal(plan)} >/dev/null 2>&1`, `exit $s`];
}

/** Removes what a plan put into the machine. */
export function removal({ path, environmentFile, keepScript }: ScriptPlan): string {
  const script = keepScript ? undefined : path;
  const paths = [script, environmentFile].filter((file) => file !== undefined);
  if (paths.length === 0) return ":";
  return `rm -f ${paths.map(shellQuotePath).join(" ")}`;
}

/** A build that is cancelled sends SIGTERM to all of this; the removal comes after the script has ended. */
export function removalOnStop(plan: ScriptPlan): string {
  return onStop(`${removal(plan)} >/dev/null 2>&1`);
}

/** Into "$e". `read` takes no byte more than its line, so the script that follows stays where it is. */
function readEnvironment(lines: number): string {
  return [
    `e= n=0`,
    `while [ $n -lt ${lines} ] && IFS= read -r l; do e="$e$l`,
    `"; n=$((n + 1)); done`,
    `unset l n`,
  ].join("\n");
}

/** An old file of that name may be a trap, or another user's. */
function writeFresh(path: string, writer: string, unguessable = true): string {
  const target = shellQuotePath(path);
  const write = `set -C; ${writer} >${target}`;
  return unguessable ? write : `rm -f ${target}; ${write}`;
}

function hasSize(path: string, size: number): string {
  return `[ "$(wc -c <${shellQuotePath(path)} 2>/dev/null)" -eq ${size} ] 2>/dev/null`;
}

function cannotWrite(plan: ScriptPlan): string {
  const message = shellQuote(`${CANNOT_WRITE} ${plan.path}`);
  return `{ echo ${message} >&2; ${removal({ ...plan, keepScript: false })}; exit 1; }`;
}

export function couldNotWrite(code: number, lastLine: string | undefined): boolean {
  return code === NOT_WRITTEN && lastLine?.startsWith(CANNOT_WRITE) === true;
}
