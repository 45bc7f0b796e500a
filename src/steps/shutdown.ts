import type { Communicator } from "../sdk/communicator.ts";
import { describeDuration } from "../lib/duration.ts";
import { errorMessage } from "../lib/error-text.ts";
import { BuildError } from "../sdk/error.ts";
import { commandFailure, runGuestCommand } from "./guest-command.ts";
import { withHeartbeat } from "../sdk/heartbeat.ts";
import type { Run } from "../sdk/run.ts";

export interface Shutdown {
  readonly command?: string | undefined;
  /** Needed for `command`. */
  readonly communicator?: Communicator | undefined;
  readonly timeoutMs: number;
  /** Presses the ACPI power button. Absent where the machine has none. */
  readonly pressPowerButton?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Cuts the power. */
  readonly powerOff: (signal: AbortSignal) => Promise<void>;
  /** Resolves when the machine is off; rejects with the abort reason, or when the machine crashed. */
  readonly waitUntilOff: (signal: AbortSignal) => Promise<void>;
  /** Wait only: the guest shuts down by itself. */
  readonly disabled?: boolean | undefined;
  /** Press the button even though there is a command. */
  readonly preferPowerButton?: boolean | undefined;
}

/** How the machine went off. */
export type ShutdownKind = "command" | "power button" | "power cut" | "by itself";

/** Without a command the power button is pressed; a guest that does not react within this time loses its power. */
const BUTTON_PATIENCE_MS = 60_000;

/** Shuts a guest down and waits until the machine is off. Rejects when that takes longer than `timeoutMs`. */
export async function shutdownGuest(run: Run, options: Shutdown): Promise<ShutdownKind> {
  return run.step("shut down", async ({ signal }) => {
    const kind = await shutDown(run, options, signal);
    run.say(`The machine is off (${explanations[kind]}).`);
    return kind;
  });
}

const explanations: Readonly<Record<ShutdownKind, string>> = {
  command: "by shutdown_command",
  "power button": "by its power button",
  "power cut": "the power was cut",
  "by itself": "it shut itself down",
};

async function shutDown(run: Run, options: Shutdown, signal: AbortSignal): Promise<ShutdownKind> {
  if (options.disabled === true) {
    run.say("Waiting for the machine to shut itself down...");
    if (await isOffInTime(run, options, options.timeoutMs, signal)) return "by itself";
    throw tooLate("later", options);
  }
  const { command, preferPowerButton } = options;
  if (command && !preferPowerButton) return shutDownByCommand(run, options, command, signal);
  return shutDownByButton(run, options, signal);
}

async function shutDownByCommand(
  run: Run,
  options: Shutdown,
  command: string,
  signal: AbortSignal,
): Promise<ShutdownKind> {
  if (!options.communicator) throw new BuildError("shutdown_command cannot be run: the machine has no communicator");
  run.say("Shutting the machine down...");
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(Math.max(options.timeoutMs, 1))]);
  const off = isOffInTime(run, options, options.timeoutMs, signal);
  off.catch(() => {});
  // The link may die while the command runs; whether it worked shows in the machine, not in the command.
  const ran = runGuestCommand(run, options.communicator, command, { signal: deadline, forLoginShell: true }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      run.debug("shutdown", `the command ended with: ${errorMessage(error)}`);
    },
  );
  ran.catch(() => {});
  const first = await Promise.race([off.then((isOff) => ({ isOff })), ran]);
  if (first && "result" in first && first.result.kind === "exit" && first.result.code !== 0) {
    throw commandFailure("shutdown_command", first);
  }
  if (await off) return "command";
  throw tooLate("after shutdown_command", options);
}

async function shutDownByButton(run: Run, options: Shutdown, signal: AbortSignal): Promise<ShutdownKind> {
  const { pressPowerButton, timeoutMs, preferPowerButton = false } = options;
  if (pressPowerButton) {
    run.say("Pressing the power button...");
    await pressPowerButton(signal);
    const patienceMs = preferPowerButton ? timeoutMs : Math.min(timeoutMs, BUTTON_PATIENCE_MS);
    if (await isOffInTime(run, options, patienceMs, signal)) return "power button";
    if (preferPowerButton) throw tooLate("after its power button was pressed", options);
    run.warn(`The guest did not answer to its power button within ${describeDuration(patienceMs)}.`);
  }
  run.warn(
    "Cutting the power: what the guest had not written yet is lost. Set shutdown_command to shut it down properly.",
  );
  await options.powerOff(signal);
  if (await isOffInTime(run, options, timeoutMs, signal)) return "power cut";
  throw tooLate("after its power was cut", options);
}

/** False when the time is over. */
async function isOffInTime(
  run: Run,
  { waitUntilOff }: Shutdown,
  limitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    await withHeartbeat(run, "the machine to shut down", { limitMs }, () =>
      waitUntilOff(AbortSignal.any([signal, limit.signal])),
    );
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (limit.signal.aborted) return false;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** `when` completes "The machine was still running 5m …". */
function tooLate(when: string, { timeoutMs }: Shutdown): BuildError {
  return new BuildError(`The machine was still running ${describeDuration(timeoutMs)} ${when}`, {
    hint: "Does shutdown_command power the machine off (and not only halt it)? If it only needs longer, raise shutdown_timeout.",
  });
}
