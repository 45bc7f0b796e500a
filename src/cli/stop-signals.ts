import { constants } from "node:os";

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The signals by which a user or a system asks a program to end. */
export type StopSignal = (typeof STOP_SIGNALS)[number];

export type SignalSource = Pick<NodeJS.Process, "on" | "off">;

/** Calls `handle` for each of them in place of their default meaning; returns what restores that. */
export function onStopSignal(process: SignalSource, handle: (name: StopSignal) => void): () => void {
  for (const name of STOP_SIGNALS) process.on(name, handle);
  return () => {
    for (const name of STOP_SIGNALS) process.off(name, handle);
  };
}

/** 128 + the signal's number, as shells have it. */
export const exitCodeOf = (name: StopSignal): number => 128 + constants.signals[name];
