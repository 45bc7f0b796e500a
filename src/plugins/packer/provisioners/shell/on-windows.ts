import { randomBytes } from "node:crypto";
import type { Machine } from "../../../../sdk/component.ts";
import { BuildError } from "../../../../sdk/error.ts";
import { runGuestCommand, type GuestCommandResult } from "../../../../steps/guest-command.ts";
import type { Run } from "../../../../sdk/run.ts";
import { formatEnvironment, type EnvironmentPairs } from "../../scripts/script-environment.ts";
import { tidyGuest } from "../../../../steps/tidy-guest.ts";
import { NO_SUCH_PROGRAM } from "../../../../steps/windows/programs.ts";
import { prepareFile } from "../../../../steps/windows/run-program.ts";
import { checkEnd, startAgain, startPrepared } from "../windows-script.ts";
import type { ShellConfig } from "./options.ts";
import type { Script } from "./script.ts";

/** Where a shell of the Bourne family is on a Windows that has one: on the PATH, or with Git. */
const SHELLS = ["sh.exe", "%ProgramFiles%\\Git\\bin\\sh.exe", "bash.exe"];

/** Runs a shell script in a Windows machine, by the `sh` that came with Git, say, or by the user's own command. */
export async function runOnWindows(
  run: Run,
  config: ShellConfig,
  machine: Machine,
  { script, environment }: { readonly script: Script; readonly environment: EnvironmentPairs },
): Promise<void> {
  const { communicator } = machine;
  const path = config.remote_path ?? `C:/Windows/Temp/script_${randomBytes(8).toString("hex")}.sh`;
  let ended: GuestCommandResult | undefined;
  try {
    ended = await start(run, config, { machine, path, content: script.content, environment });
  } finally {
    const isClean = ended?.result.kind === "exit" && config.execute_command === undefined;
    const removal = `cmd /c del /f /q "${path.replaceAll("/", "\\")}"`;
    if (!isClean && !config.skip_clean) await tidyGuest(run, communicator, removal);
  }
  const { result } = ended;
  if (config.execute_command === undefined && result.kind === "exit" && result.code === NO_SUCH_PROGRAM) {
    throw new BuildError("The machine is Windows and has no sh to run the script with", {
      hint: "Use the powershell or the windows-shell provisioner, install Git for Windows first, or set execute_command.",
    });
  }
  checkEnd(run, { path, name: script.name }, ended, config.valid_exit_codes);
}

interface Start {
  readonly machine: Machine;
  readonly path: string;
  readonly content: Buffer;
  readonly environment: EnvironmentPairs;
}

function start(run: Run, config: ShellConfig, { machine, path, content, environment }: Start) {
  const { execute_command: own, start_retry_timeout: timeoutMs } = config;
  if (own === undefined) {
    // The first line of the script says how it wants its shell.
    const [, flags = ""] = /^#!\S*sh((?:\s+-\w+)*)/.exec(content.toString("latin1", 0, 200)) ?? [];
    const argumentsText = `${flags.trim()} "%"`.trim();
    const file = { path, content, keep: config.skip_clean, environment, programs: SHELLS, argumentsText };
    return startPrepared(run, machine.communicator, () => prepareFile(file), timeoutMs);
  }
  const vars = formatEnvironment(environment, config.env_var_format ?? "%s='%s' ");
  const command = own.render({ Path: path, Vars: vars, EnvVarFile: "" });
  const attempt = async () => {
    await machine.communicator.upload(content, path, { signal: run.signal });
    return runGuestCommand(run, machine.communicator, command);
  };
  return startAgain(run, attempt, timeoutMs);
}
