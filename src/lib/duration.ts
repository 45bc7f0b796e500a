import { counted } from "./words.ts";

/** Go's units in milliseconds. Both micro signs (U+00B5 and U+03BC) are accepted, as in Go. */
const unitMs: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["μs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

const amount = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * Reads a duration written as Go's `time.ParseDuration` accepts it (`1h30m`, `-1.5s`, `500ms`, `0`) and returns
 * milliseconds, possibly fractional; `undefined` when the text is not a duration.
 * Source: documentation of package time, https://pkg.go.dev/time#ParseDuration.
 */
export function parseDuration(text: string): number | undefined {
  if (text.startsWith("-")) return negated(parseUnsigned(text.slice(1)));
  return parseUnsigned(text.replace(/^\+/, ""));
}

function negated(ms: number | undefined): number | undefined {
  return ms && -ms;
}

function parseUnsigned(body: string): number | undefined {
  if (body === "0") return 0;
  let total = 0;
  let position = 0;
  while (position < body.length) {
    amount.lastIndex = position;
    const match = amount.exec(body);
    if (!match) return undefined;
    total += Number(match[1]) * unitMs.get(match[2]!)!;
    position = amount.lastIndex;
  }
  return position === 0 ? undefined : total;
}

/** Writes milliseconds as Go's `Duration.String` does: `1h30m0s`, `1.5s`, `500ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  const sign = ms < 0 ? "-" : "";
  const size = Math.abs(ms);
  if (size < 1e-3) return `${sign}${decimal(size * 1e6)}ns`;
  if (size < 1) return `${sign}${decimal(size * 1e3)}µs`;
  if (size < 1000) return `${sign}${decimal(size)}ms`;
  const hours = Math.floor(size / 3_600_000);
  const minutes = Math.floor(size / 60_000) % 60;
  const seconds = `${decimal((size % 60_000) / 1000)}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  if (minutes > 0) return `${sign}${minutes}m${seconds}`;
  return sign + seconds;
}

/** For people: whole units, at most the two largest that matter: `2 hours 5 minutes`, `12 minutes`, `0.4 seconds`. */
export function describeDuration(ms: number): string {
  if (ms < 10_000) return counted(Number((ms / 1000).toFixed(1)), "second");
  const seconds = Math.round(ms / 1000);
  const parts = [
    { count: Math.floor(seconds / 3600), unit: "hour" },
    { count: Math.floor(seconds / 60) % 60, unit: "minute" },
    { count: seconds % 60, unit: "second" },
  ];
  const first = parts.findIndex(({ count }) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ count, unit }) => counted(count, unit))
    .join(" ");
}

/** At most nine decimals (nanoseconds of a second), none that only come from binary fractions. */
function decimal(value: number): string {
  return String(Number(value.toFixed(9)));
}
