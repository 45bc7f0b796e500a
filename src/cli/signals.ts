import { constants } from "node:os";
import type { Leftover, Outcome } from "../sdk/event.ts";
import { EXIT } from "./command.ts";

type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";
const STOP_SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

export interface SignalOptions {
  readonly process: Pick<NodeJS.Process, "on" | "off">;
  readonly runId: string;
  /** Aborted by the first signal: the run cancels and cleans up. */
  readonly run: AbortController;
  /** Aborted by the second: clean-up stops waiting. */
  readonly cleanup: AbortController;
  /** What would be left if everything ended now. */
  readonly outstanding: () => Promise<readonly Leftover[]>;
  readonly announce: (text: string) => void;
  /** Ends the process, after what was announced has been written as far as it can be. */
  readonly exit: (code: number) => void;
}

export interface Signals {
  /** The first signal that came. */
  received(): StopSignal | undefined;
  /** How the process should end: 0, 1, 4 (something was left) or 128 + the signal's number. */
  exitCode(outcome: Outcome, hasLeftovers: boolean): number;
  /** Signals have their default meaning again. */
  stop(): void;
}

/** Launchers such as npm pass on a Ctrl-C which the terminal has sent to the whole group already: one, not two. */
const SAME_SIGNAL_MS = 300;
/** After the second signal, how long an orderly end may take. */
const ORDERLY_END_MS = 2000;

/**
 * The first INT, TERM or HUP cancels the run and says what is being removed; the second stops waiting and says what is
 * left and which command removes it; the third ends the process at once.
 */
export function watchSignals(options: SignalOptions): Signals {
  let first: StopSignal | undefined;
  let count = 0;
  let last = { name: "", at: -Infinity };
  let endTimer: NodeJS.Timeout | undefined;

  const onSignal = (name: StopSignal): void => {
    const now = performance.now();
    const isEcho = last.name === name && now - last.at < SAME_SIGNAL_MS;
    last = { name, at: now };
    if (isEcho) return;
    first ??= name;
    count++;
    if (count === 1)
      void announceFirst(name, options).finally(() => options.run.abort(new Error(`Interrupted by ${name}`)));
    if (count === 2) {
      void announceSecond(options).finally(() => options.cleanup.abort(new Error(`Interrupted again, by ${name}`)));
      endTimer = setTimeout(() => options.exit(EXIT.leftBehind), ORDERLY_END_MS);
    }
    if (count >= 3) options.exit(EXIT.leftBehind);
  };
  for (const name of STOP_SIGNALS) options.process.on(name, onSignal);
  return {
    received: () => first,
    exitCode: (outcome, hasLeftovers) => {
      if (hasLeftovers) return EXIT.leftBehind;
      if (outcome === "succeeded") return EXIT.ok;
      return first === undefined ? EXIT.failed : 128 + constants.signals[first];
    },
    stop: () => {
      clearTimeout(endTimer);
      for (const name of STOP_SIGNALS) options.process.off(name, onSignal);
    },
  };
}

const list = (leftovers: readonly Leftover[]): string =>
  leftovers.map(({ description }) => `\n    ${description}`).join("");

async function announceFirst(name: StopSignal, options: SignalOptions): Promise<void> {
  const leftovers = await options.outstanding().catch(() => []);
  const removing =
    leftovers.length === 0 ? "Cancelling; there is nothing to remove." : `Cancelling and removing:${list(leftovers)}`;
  options.announce(`==> ${name} received. ${removing}\nA second Ctrl-C stops waiting for it.`);
}

async function announceSecond(options: SignalOptions): Promise<void> {
  const leftovers = await options.outstanding().catch(() => []);
  const left = leftovers.length === 0 ? "Nothing is left." : `Left behind:${list(leftovers)}`;
  options.announce(
    `==> Not waiting any longer. ${left}${leftovers.length === 0 ? "" : `\nRemove it with:\n    imgbuild cleanup -run ${options.runId}`}`,
  );
}
