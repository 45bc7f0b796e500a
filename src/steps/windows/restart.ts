import { describeDuration } from "../../lib/duration.ts";
import { sleep } from "../../lib/retry.ts";
import type { Communicator } from "../../sdk/communicator.ts";
import { BuildError, ConnectionLost } from "../../sdk/error.ts";
import { askGuest, commandFailure, runGuestCommand } from "../guest-command.ts";
import { withHeartbeat } from "../../sdk/heartbeat.ts";
import type { Run } from "../../sdk/run.ts";
import { powershellCommand } from "../../sdk/windows/powershell.ts";

export interface WindowsRestart {
  /** Asks the machine to restart. */
  readonly command: string;
  readonly timeoutMs: number;
  /** Why the machine cannot be used yet although it has restarted; `undefined` when it can. */
  readonly notReady?: ((signal: AbortSignal) => Promise<string | undefined>) | undefined;
  /** Name of the option with the time limit, for the message. */
  readonly limitName: string;
}

export const RESTART_COMMAND = 'shutdown /r /f /t 0 /c "imgbuild restart"';

/** A restart is under way already, or was asked for already. */
const ACCEPTED: readonly number[] = [0, 1115, 1190];

/** Milliseconds since Windows has started, which begin anew after three weeks and a half. */
export const uptimeScript = "[long]([Environment]::TickCount -band 0x7fffffff)";
const uptimeCommand = powershellCommand(uptimeScript);

const ASK_EVERY_MS = 1000;
/** A look that takes longer is made anew, by another connection. */
const LOOK_MS = 60_000;
/** Windows may restart twice; once it has been up for a moment it is believed. */
const SETTLE_MS = 2000;
/** Clocks of machine and host may differ by so much without a restart. */
const SLACK_MS = 5000;

/** Restarts a Windows machine and waits until it has come back. Rejects when it has not within the time. */
export async function restartWindows(run: Run, communicator: Communicator, restart: WindowsRestart): Promise<void> {
  const before = await lookBefore(communicator, run.signal);
  run.say("Restarting the machine");
  await askToRestart(run, communicator, restart);
  run.say("Waiting for the machine to restart...");
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(restart.timeoutMs)]);
  const { timeoutMs: limitMs } = restart;
  await withHeartbeat(run, "the machine to restart", { limitMs }, () =>
    untilRestarted(run, communicator, restart, { before, signal }),
  );
  run.say(`The machine is back after ${describeDuration(performance.now() - before.at)}`);
}

interface Look {
  readonly uptimeMs: number;
  /** On the clock of this process. */
  readonly at: number;
}

async function lookBefore(communicator: Communicator, signal: AbortSignal): Promise<Look> {
  const look = await lookAt(communicator, signal);
  if (look !== undefined) return look;
  throw new BuildError("The machine does not tell how long it has been up, so a restart could not be noticed", {
    hint: "Is it Windows, with PowerShell? For other machines use the reboot provisioner.",
  });
}

async function lookAt(communicator: Communicator, signal: AbortSignal): Promise<Look | undefined> {
  const { result, stdout } = await askGuest(communicator, uptimeCommand, { signal });
  const [, digits] = /(\d+)\s*$/.exec(stdout) ?? [];
  if (result.kind !== "exit" || result.code !== 0 || digits === undefined) return undefined;
  return { uptimeMs: Number(digits), at: performance.now() };
}

async function askToRestart(run: Run, communicator: Communicator, { command }: WindowsRestart): Promise<void> {
  const ended = await runGuestCommand(run, communicator, command);
  const { result } = ended;
  // A machine that goes down fast takes the connection, or the command, with it.
  if (result.kind !== "exit" || ACCEPTED.includes(result.code)) return;
  throw commandFailure("The command that restarts the machine", ended);
}

/** Each look uses a connection of its own: an old one may hang with a machine that went down without a word. */
async function untilRestarted(
  run: Run,
  communicator: Communicator,
  restart: WindowsRestart,
  { before, signal }: { readonly before: Look; readonly signal: AbortSignal },
): Promise<void> {
  let reason = "it did not restart";
  for (let settled = false; ;) {
    await communicator.disconnect?.();
    const attempt = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]);
    try {
      const now = await lookAt(communicator, attempt);
      if (now !== undefined && hasRestarted(before, now)) {
        reason = (await restart.notReady?.(signal)) ?? "";
        if (reason === "" && settled) return;
        settled = reason === "";
      }
    } catch (error) {
      run.signal.throwIfAborted();
      settled = false;
      if (!attempt.aborted && !(error instanceof ConnectionLost)) throw error;
    }
    if (signal.aborted) throw tookTooLong(restart, reason);
    await sleep(settled ? SETTLE_MS : ASK_EVERY_MS, signal).catch(() => run.signal.throwIfAborted());
  }
}

/** Its uptime is less than it would be, had it gone on. */
function hasRestarted(before: Look, now: Look): boolean {
  return now.uptimeMs + SLACK_MS < before.uptimeMs + (now.at - before.at) || now.uptimeMs < before.uptimeMs;
}

function tookTooLong({ timeoutMs, limitName }: WindowsRestart, reason: string): BuildError {
  const why = reason === "" ? "it restarted again and again" : reason;
  return new BuildError(`The machine was not usable again within ${describeDuration(timeoutMs)}: ${why}`, {
    hint: `Look at the machine's screen. If it only needs longer, raise ${limitName}.`,
  });
}
