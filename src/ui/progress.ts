import { describeBytes } from "../lib/bytes.ts";
import type { BuildEvent } from "../sdk/event.ts";
import { clockDuration } from "./words.ts";

export type Progress = Extract<BuildEvent, { kind: "progress" }>;

/** `Downloading ISO: 45% (460 MiB of 1.0 GiB)`; without a total, what is done so far. */
function describeProgress({ label, done, total, unit }: Progress): string {
  const amount = AMOUNTS[unit];
  if (total === undefined) return `${label}: ${amount(done)}`;
  return `${label}: ${percentOf(done, total)}% (${amount(done)} of ${amount(total)})`;
}

const AMOUNTS = { bytes: describeBytes, items: String } as const;

const BAR_WIDTH = 30;

export function progressBar(event: Progress, prefix: string): string {
  const { done, total } = event;
  if (total === undefined) return `${prefix}${describeProgress(event)}`;
  const filled = Math.round((percentOf(done, total) / 100) * BAR_WIDTH);
  return `${prefix}[${"=".repeat(filled)}${" ".repeat(BAR_WIDTH - filled)}] ${describeProgress(event)}`;
}

/** `, 12 MiB/s, 50 s left`, as far as it is known. */
export function describeTransfer({ done, total, unit }: Progress, perSecond: number | undefined): string {
  if (!perSecond || perSecond <= 0) return "";
  const speed = unit === "bytes" ? `, ${describeBytes(perSecond)}/s` : "";
  if (total === undefined) return speed;
  return `${speed}, ${clockDuration(Math.max(0, ((total - done) / perSecond) * 1000))} left`;
}

function percentOf(done: number, total: number): number {
  if (total === 0) return 100;
  return Math.min(100, Math.floor((done / total) * 100));
}

export const isComplete = ({ done, total }: Progress): boolean => total !== undefined && done >= total;

/** Where there is no bar: the first, the last, and one every ten seconds of what takes long. */
export function createPlainProgress(everyMs = 10_000): (event: Progress, time: number) => string | undefined {
  const shownAt = new Map<string, number>();
  return (event, time) => {
    const key = `${event.build ?? ""} ${event.label}`;
    const last = shownAt.get(key);
    if (isComplete(event)) shownAt.delete(key);
    else if (last === undefined) shownAt.set(key, time);
    // What is over in a moment is never mentioned.
    if (last === undefined) return undefined;
    if (isComplete(event)) return describeProgress(event);
    if (time - last < everyMs) return undefined;
    shownAt.set(key, time);
    return describeProgress(event);
  };
}
