import { constants } from "node:os";

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs a command without a run of its own such that a signal aborts it; the exit code is then 128 + the signal's number. */
export async function interruptible(
  process: Pick<NodeJS.Process, "on" | "off">,
  body: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  let received: (typeof STOP_SIGNALS)[number] | undefined;
  const onSignal = (name: (typeof STOP_SIGNALS)[number]): void => {
    received ??= name;
    controller.abort(new Error(`Interrupted by ${name}`));
  };
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  try {
    const code = await body(controller.signal);
    return received === undefined ? code : 128 + constants.signals[received];
  } catch (error) {
    if (received === undefined) throw error;
    return 128 + constants.signals[received];
  } finally {
    for (const name of STOP_SIGNALS) process.off(name, onSignal);
  }
}
