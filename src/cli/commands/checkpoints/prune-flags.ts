import { parseDuration } from "../../../lib/duration.ts";
import { parseSize } from "../../../lib/parse-size.ts";
import { UsageError } from "../../usage-error.ts";

const DAY_MS = 24 * 3600_000;

/** `7d`, or a duration such as `12h`; milliseconds. */
export function parsePruneAge(text: string): number {
  const days = /^(\d+)d$/.exec(text)?.[1];
  const ms = days === undefined ? parseDuration(text) : Number(days) * DAY_MS;
  if (ms === undefined || ms < 0) throw new UsageError(`-older: "${text}" is not a time such as 7d or 12h.`);
  return ms;
}

/** Bytes. */
export function parseKeep(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw new UsageError(`-keep: "${text}" is not a size such as 20GB.`);
  return bytes;
}
