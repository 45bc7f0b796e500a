import { exitCodeOf, onStopSignal, type SignalSource, type StopSignal } from "./stop-signals.ts";

/**
 * Runs a command without a run of its own such that a signal aborts it; the exit code is then 128 + the signal's
 * number.
 */
export async function interruptible(
  process: SignalSource,
  body: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  const restore = onStopSignal(process, (name) => {
    received ??= name;
    controller.abort(new Error(`Interrupted by ${name}`));
  });
  const exitCode = (): number | undefined => received && exitCodeOf(received);
  try {
    const code = await body(controller.signal);
    return exitCode() ?? code;
  } catch (error) {
    const code = exitCode();
    if (code === undefined) throw error;
    return code;
  } finally {
    restore();
  }
}
