import { posix } from "node:path";
import { describeDuration } from "../../../../lib/duration.ts";
import { errorMessage } from "../../../../lib/error-text.ts";
import { retry, sleep } from "../../../../lib/retry.ts";
import type { Communicator } from "../../../../sdk/communicator.ts";
import type { Machine, Provisioner } from "../../../../sdk/component.ts";
import { BuildError, ConnectionLost } from "../../../../sdk/error.ts";
import { commandFailure, runGuestCommand, type GuestCommandResult } from "../../../../steps/guest-command.ts";
import type { Run } from "../../../../sdk/run.ts";
import { isWindows } from "../../../../sdk/windows/is-windows.ts";
import { scriptEnvironment } from "../../scripts/script-environment.ts";
import { scriptInWords, underOwnName } from "../../scripts/own-name.ts";
import { brokenShebangs, warnOfBrokenShebang } from "../../scripts/broken-shebang.ts";
import { tidyGuest } from "../../../../steps/tidy-guest.ts";
import { runOnWindows } from "./on-windows.ts";
import { type ShellConfig, schema } from "./options.ts";
import {
  couldNotWrite,
  inOneCommand,
  planScript,
  removal,
  removalOnStop,
  runAndRemove,
  type ScriptPlan,
} from "./plan.ts";
import { readScripts, type Script } from "./script.ts";
import { ofScripts, scriptFiles } from "../../scripts/script-files.ts";

/** Packer's exit status for a lost connection; templates list it in `valid_exit_codes`. */
const DISCONNECTED = 2300218;

export const provisioner: Provisioner<ShellConfig> = {
  kind: "provisioner",
  type: "shell",
  summary: "Runs shell scripts in the machine.",
  schema,
  ...ofScripts,
  async checkFiles(config, places) {
    const missing = await ofScripts.checkFiles(config, places);
    return [...missing, ...(await brokenShebangs(scriptFiles(config), places.work))];
  },
  async provision(run, config, machine) {
    for (const script of await readScripts(config, run.directories.work)) {
      warnOfBrokenShebang(run, script.name, script.content);
      await runScript(run, config, machine, script);
      if (config.pause_after > 0) {
        run.say(`Pausing for ${describeDuration(config.pause_after)} (pause_after)`);
        await sleep(config.pause_after, run.signal);
      }
    }
  },
};

async function runScript(
  run: Run,
  config: ShellConfig,
  { communicator, data }: Machine,
  script: Script,
): Promise<void> {
  run.say(`Provisioning with shell script: ${script.name}`);
  const environment = scriptEnvironment(run, data, config);
  if (isWindows(communicator)) return runOnWindows(run, config, { communicator, data }, { script, environment });
  // Each attempt has names of its own: the machine may still be removing what the one before has left.
  const { plan, ...ended } = await start(run, config, async () => {
    const plan = planScript(config, {
      content: script.content,
      pairs: environment,
      oneCommand: inOne(communicator),
      foreignShell: communicator.foreignShell === true,
    });
    return { plan, ...(await upAndRun(run, communicator, plan)) };
  });
  const what = scriptInWords(script.name);
  const { result } = ended;
  if (result.kind === "disconnect" && (config.expect_disconnect || config.valid_exit_codes.includes(DISCONNECTED))) {
    run.say(`${what} ended the connection, as expected`);
    // A machine that restarts is asked once it is back; one that stays away was shut down on purpose.
    if (!plan.keepScript) await tidyGuest(run, communicator, removal(plan), REMOVAL_AFTER_RESTART_MS);
    run.signal.throwIfAborted();
    return;
  }
  if (result.kind === "exit") {
    if (couldNotWrite(result.code, ended.lastLine)) throw cannotWrite(plan);
    if (config.valid_exit_codes.includes(result.code)) return;
  }
  const lastLine = underOwnName(ended.lastLine, { path: plan.path, name: script.name });
  throw commandFailure(what, { ...ended, lastLine });
}

/** Everything up to the start is tried again until `start_retry_timeout`; once the script runs, its end is final. */
function start<Result>(run: Run, config: ShellConfig, attempt: () => Promise<Result>): Promise<Result> {
  return retry(attempt, {
    timeoutMs: config.start_retry_timeout,
    delayMs: 2000,
    factor: 1,
    signal: run.signal,
    shouldRetry: (error) => error instanceof ConnectionLost,
    onRetry: (error) => run.warn(`The script could not be started: ${errorMessage(error)}. Trying again.`),
  });
}

async function upAndRun(run: Run, communicator: Communicator, plan: ScriptPlan): Promise<GuestCommandResult> {
  if (inOne(communicator)) {
    const { command, stdin } = inOneCommand(plan);
    const ended = await runGuestCommand(run, communicator, command, { stdin });
    // A script of which a part is missing is not run.
    const { result } = ended;
    if (result.kind !== "disconnect" || !result.inputUnsent) return ended;
    throw new ConnectionLost(`the connection was lost before it had arrived (${result.reason})`);
  }
  // A shell of the Bourne family removes the script in the same command.
  const removesItself = communicator.shell === "posix";
  let ended: GuestCommandResult | undefined;
  try {
    await uploadPlan(run, communicator, plan);
    const lines = removesItself ? [removalOnStop(plan), ...runAndRemove(plan)] : [plan.command];
    ended = await runGuestCommand(run, communicator, lines.join("\n"));
    return ended;
  } finally {
    if (ended === undefined || !removesItself) await tidyGuest(run, communicator, removal(plan));
  }
}

async function uploadPlan({ signal }: Run, communicator: Communicator, plan: ScriptPlan): Promise<void> {
  if (plan.environmentFile !== undefined) {
    await communicator.upload(Buffer.from(plan.environment ?? ""), plan.environmentFile, { signal, mode: 0o600 });
  }
  await communicator.upload(plan.content, plan.path, { signal, mode: 0o755 });
}

/** A terminal would change what is sent to standard input. */
function inOne({ shell, terminal }: Communicator): boolean {
  return shell === "posix" && terminal !== true;
}

const REMOVAL_AFTER_RESTART_MS = 60_000;

function cannotWrite({ path, unguessable }: ScriptPlan): BuildError {
  const place = unguessable ? posix.dirname(path) : path;
  return new BuildError(`The script could not be written to "${place}" in the machine`, {
    hint: "Is the disk full, or the directory missing or read-only? Choose another one with remote_folder.",
  });
}
