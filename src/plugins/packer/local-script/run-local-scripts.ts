import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CommandError, runCommand, type CommandResult } from "../../../lib/process.ts";
import type { GeneratedData } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import { shortLine } from "../../../steps/output-lines.ts";
import type { Run } from "../../../sdk/run.ts";
import { withShebang } from "../scripts/shebang.ts";
import { scriptInWords, underOwnName, type CopiedScript } from "../scripts/own-name.ts";
import { scriptEnvironment } from "../scripts/script-environment.ts";
import { RUN_VARIABLE } from "../../../owned/run-processes.ts";
import { warnOfBrokenShebangIn } from "../scripts/broken-shebang.ts";
import { commandFor } from "./command.ts";
import type { LocalScriptConfig } from "./options.ts";
import { runsOn, systemName } from "./runs-on.ts";

/** Runs the scripts of a `shell-local` on this computer, one after the other; the first bad exit status ends it. */
export async function runLocalScripts(run: Run, config: LocalScriptConfig, data: GeneratedData): Promise<void> {
  const { platform } = run.host;
  if (!runsOn(platform, config)) {
    const system = systemName(platform);
    run.say(`Skipping the local script: it runs only on ${config.only_on.join(", ")}, and this is ${system}`);
    return;
  }
  if (config.inline) return runInline(run, config, data, config.inline);
  if (config.command !== undefined) return runInline(run, config, data, [config.command]);
  for (const script of config.scripts ?? [config.script!]) {
    run.say(`Running local shell script: ${script}`);
    const path = resolve(run.directories.work, script);
    if (platform !== "win32") await warnOfBrokenShebangIn(run, script, path);
    await runScript(run, config, data, { path, name: script });
  }
}

async function runInline(
  run: Run,
  config: LocalScriptConfig,
  data: GeneratedData,
  lines: readonly string[],
): Promise<void> {
  const path = writeTemporaryScript(run, config, lines);
  try {
    run.say("Running local shell script: inline commands");
    await runScript(run, config, data, { path, name: INLINE });
  } finally {
    // The whole directory goes at the end of the run; this only shortens how long a script (and a secret in it) lies there.
    await unlink(path).catch(() => {});
  }
}

function writeTemporaryScript(run: Run, config: LocalScriptConfig, lines: readonly string[]): string {
  const isWindows = run.host.platform === "win32";
  const defaultExtension = isWindows ? "cmd" : "";
  const extension = (config.tempfile_extension ?? defaultExtension).replace(/^\.?(?=.)/, ".");
  const path = join(run.directories.temp, `local-script-${randomBytes(6).toString("hex")}${extension}`);
  const script = isWindows ? lines : withShebang(lines, config.inline_shebang);
  // Synchronous on purpose: a child that another build forks while the file is open for writing would inherit it, and
  // executing the script would then fail with "text file busy".
  writeFileSync(path, [...script, ""].join("\n"), { mode: 0o700, flag: "wx" });
  return path;
}

async function runScript(
  run: Run,
  config: LocalScriptConfig,
  data: GeneratedData,
  script: CopiedScript,
): Promise<void> {
  const variables = scriptEnvironment(run, data, config);
  const { program, args, env } = commandFor(run.host.platform, config, variables, script.path);
  const started = performance.now();
  try {
    const result = await runCommand(program, args, {
      signal: run.signal,
      cwd: run.directories.work,
      env: { ...run.host.env, [RUN_VARIABLE]: run.runId, ...env },
      onLine: (text, stream) => {
        run.emit({ kind: "output", build: run.build.name, stream, text });
        return run.ready();
      },
    });
    if (config.valid_exit_codes.includes(result.code)) return;
    throw badStatus(run, script, result, performance.now() - started);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new BuildError(`${scriptInWords(script.name)} could not be started`, { cause: error });
  }
}

function badStatus(
  run: Run,
  script: CopiedScript,
  { code, signal, stderr, stdout }: CommandResult,
  durationMs: number,
): BuildError {
  const last = (stderr.trimEnd() || stdout.trimEnd()).split("\n").at(-1)!;
  const shown = shortLine(run, underOwnName(last, script));
  const said = last === "" ? "it printed nothing" : `its last line of output was "${shown}"`;
  const what = scriptInWords(script.name);
  const after = `after ${(durationMs / 1000).toFixed(1)} s; ${said}`;
  if (signal !== undefined) {
    const hint = signal === "SIGKILL" ? KILLED : undefined;
    return new BuildError(`${what} was killed by ${signal} ${after}`, { hint });
  }
  const hints: Readonly<Record<number, string>> = {
    126: script.name === INLINE ? NOT_EXECUTABLE : `Is the script executable?\n    chmod +x ${script.path}`,
    127: "Status 127 means a command was not found.",
    137: KILLED,
  };
  return new BuildError(`${what} ended with exit status ${code} ${after}`, { hint: hints[code] });
}

const INLINE = "inline commands";
const NOT_EXECUTABLE = "Status 126 means a program was found that may not be executed: does it need chmod +x?";
const KILLED = "Somebody sent SIGKILL, often the system, because this computer ran out of memory.";
