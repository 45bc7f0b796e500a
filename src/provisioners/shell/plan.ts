import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import { shellQuote, shellQuotePath } from "../../lib/shell-quote.ts";
import { formatEnvironment, type EnvironmentPairs } from "../../sdk/script-environment.ts";
import type { ShellConfig } from "./config.ts";

/** Everything about one run of one script but the machine it runs in. */
export interface ScriptPlan {
  readonly path: string;
  readonly content: Buffer;
  /** The environment file; absent where the environment stands in `command`. */
  readonly environment?: { readonly path: string; readonly content: Buffer } | undefined;
  /** Runs the script, which is in place by then. */
  readonly command: string;
  readonly keepScript: boolean;
}

/** Decides where the script goes, how its environment travels, and what runs it. */
export function planScript(config: ShellConfig, content: Buffer, pairs: EnvironmentPairs): ScriptPlan {
  const random = randomBytes(8).toString("hex");
  const path = config.remote_path ?? posix.join(config.remote_folder, config.remote_file ?? `script_${random}.sh`);
  const shared = { path, content, keepScript: config.skip_clean };
  const given = config.execute_command !== undefined || config.env_var_format !== undefined;
  if (given && !config.use_env_var_file) {
    const vars = formatEnvironment(pairs, config.env_var_format ?? "%s='%s' ");
    const command = config.execute_command?.render({ Path: path, Vars: vars, EnvVarFile: "" });
    return { ...shared, command: command ?? `chmod +x ${path}; ${vars} ${path}` };
  }
  const file = posix.join(config.remote_folder, `varfile_${random}.sh`);
  const environment = {
    path: file,
    content: Buffer.from(formatEnvironment(pairs, config.env_var_format ?? "export %s='%s'\n")),
  };
  const own = config.execute_command?.render({ Path: path, Vars: "", EnvVarFile: file });
  const usual = `. ${shellQuotePath(file)} && rm -f ${shellQuotePath(file)} && ${shellQuotePath(path)}`;
  return { ...shared, environment, command: own ?? usual };
}

/** Said by the scripts below where they cannot put a file in place, to tell it from the user's script failing. */
export const CANNOT_WRITE = "imgbuild: cannot write";
const NOT_WRITTEN = 94;

/**
 * Upload, run and removal in one command: its standard input carries the environment, then the script. The user's command
 * runs in a subshell, so that an `exit` or `exec` in it cannot prevent the removal.
 */
export function inOneCommand(plan: ScriptPlan): { readonly command: string; readonly stdin: Buffer } {
  const { environment, content } = plan;
  const files = environment ? [environment, { path: plan.path, content }] : [{ path: plan.path, content }];
  const writes = files.map((file, index) => writeFrom(file, index === files.length - 1));
  return {
    command: [
      `(umask 077`,
      ...writes,
      `) || exit ${NOT_WRITTEN}`,
      `chmod 0755 ${shellQuotePath(plan.path)}`,
      ...runAndRemove(plan),
    ].join("\n"),
    stdin: Buffer.concat(files.map((file) => file.content)),
  };
}

/** Runs the script, already in place, and removes it. */
export function runAndRemove(plan: ScriptPlan): readonly string[] {
  return [`(`, plan.command, `)`, `s=$?`, `${removal(plan)} >/dev/null 2>&1`, `exit $s`];
}

/** Removes what a plan put into the machine. */
export function removal({ path, environment, keepScript }: ScriptPlan): string {
  const paths = [...(keepScript ? [] : [path]), ...(environment ? [environment.path] : [])];
  return paths.length === 0 ? ":" : `rm -f ${paths.map(shellQuotePath).join(" ")}`;
}

/** Takes exactly the file's bytes from standard input (`dd` byte by byte, because `head -c` may read ahead), the last file all the rest. */
function writeFrom({ path, content }: { readonly path: string; readonly content: Buffer }, last: boolean): string {
  const target = shellQuotePath(path);
  const take = last ? `cat >${target}` : `dd bs=1 count=${content.length} of=${target} 2>/dev/null`;
  const check = `[ "$(wc -c <${target} 2>/dev/null)" -eq ${content.length} ] 2>/dev/null`;
  // An old file of that name may be a trap, or another user's.
  return `rm -f ${target}; { ${take} && ${check}; } || { echo ${shellQuote(`${CANNOT_WRITE} ${path}`)} >&2; rm -f ${target}; exit 1; }`;
}

export function couldNotWrite(code: number, lastLine: string | undefined): boolean {
  return code === NOT_WRITTEN && lastLine?.startsWith(CANNOT_WRITE) === true;
}
