import type { Leftover, Outcome } from "../sdk/event.ts";
import { EXIT } from "./command.ts";
import { exitCodeOf, onStopSignal, type SignalSource, type StopSignal } from "./stop-signals.ts";

export interface SignalOptions {
  readonly process: SignalSource;
  readonly runId: string;
  /** Aborted by the first signal: the builds cancel and clean up. */
  readonly cancelBuilds: AbortController;
  /** Aborted by the second: clean-up stops waiting. */
  readonly cancelCleanup: AbortController;
  /** What would remain if everything ended now. */
  readonly outstanding: () => Promise<readonly Leftover[]>;
  readonly announce: (text: string) => void;
  /** Ends the process, after what was announced has been written as far as it can be. */
  readonly exit: (code: number) => void;
}

export interface Signals {
  /** The first signal that came. */
  received(): StopSignal | undefined;
  /** How the process should end: 0, 1, 4 (something remains) or 128 + the signal's number. */
  exitCode(outcome: Outcome, hasLeftovers: boolean): number;
  /** Signals have their default meaning again. */
  stop(): void;
}

/**
 * Launchers such as npm pass on a Ctrl-C that the terminal has sent to the whole process group already: it counts once.
 */
const SAME_SIGNAL_MS = 300;
/** After the second signal, how long an orderly end may take. */
const ORDERLY_END_MS = 2000;

/**
 * The first INT, TERM or HUP cancels the run and says what is being removed; the second stops waiting and says what
 * remains and which command removes it; the third ends the process at once.
 */
export function watchSignals(options: SignalOptions): Signals {
  let first: StopSignal | undefined;
  let count = 0;
  let endTimer: NodeJS.Timeout | undefined;
  const isEcho = echoFilter();

  const restore = onStopSignal(options.process, (name) => {
    if (isEcho(name)) return;
    first ??= name;
    count++;
    if (count === 1) cancelBuilds(name, options);
    if (count === 2) {
      cancelCleanup(name, options);
      endTimer = setTimeout(() => options.exit(EXIT.leftBehind), ORDERLY_END_MS);
    }
    if (count >= 3) options.exit(EXIT.leftBehind);
  });
  return {
    received: () => first,
    exitCode: (outcome, hasLeftovers) => {
      if (hasLeftovers) return EXIT.leftBehind;
      if (outcome === "succeeded") return EXIT.ok;
      if (first === undefined) return EXIT.failed;
      return exitCodeOf(first);
    },
    stop: () => {
      clearTimeout(endTimer);
      restore();
    },
  };
}

/** Tells whether a signal only repeats the one before. */
function echoFilter(): (name: StopSignal) => boolean {
  let last = { name: "", at: -Infinity };
  return (name) => {
    const now = performance.now();
    const isEcho = last.name === name && now - last.at < SAME_SIGNAL_MS;
    last = { name, at: now };
    return isEcho;
  };
}

/** What is being removed is described before the clean-up can begin to remove it. */
function cancelBuilds(name: StopSignal, options: SignalOptions): void {
  const reason = new Error(`Interrupted by ${name}`);
  void announceCancel(name, options).finally(() => options.cancelBuilds.abort(reason));
}

function cancelCleanup(name: StopSignal, options: SignalOptions): void {
  const reason = new Error(`Interrupted again, by ${name}`);
  void announceEnd(options).finally(() => options.cancelCleanup.abort(reason));
}

async function announceCancel(name: StopSignal, options: SignalOptions): Promise<void> {
  const listed = await describeOutstanding(options);
  const isNothing = listed === "";
  const removing = isNothing ? "Cancelling; there is nothing to remove." : `Cancelling and removing:${listed}`;
  options.announce(`==> ${name} received. ${removing}\nA second Ctrl-C stops waiting for it.`);
}

async function announceEnd(options: SignalOptions): Promise<void> {
  const listed = await describeOutstanding(options);
  if (listed === "") return options.announce("==> Not waiting any longer. Nothing is left.");
  const command = `imgbuild cleanup -run ${options.runId}`;
  options.announce(`==> Not waiting any longer. Left behind:${listed}\nRemove it with:\n    ${command}`);
}

/** One line each, indented; empty where there is nothing. */
async function describeOutstanding({ outstanding }: SignalOptions): Promise<string> {
  const leftovers = await outstanding().catch(() => []);
  return leftovers.map(({ description }) => `\n    ${description}`).join("");
}
