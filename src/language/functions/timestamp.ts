import { FunctionError } from "./definition.ts";

/** A moment with the offset it was written in, as RFC 3339 texts have it. */
export interface Timestamp {
  /** Milliseconds since the epoch. */
  readonly epochMs: number;
  readonly offsetMinutes: number;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})([Tt ])(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|z|[+-]\d{2}:\d{2})$/;

/** @throws FunctionError about the argument when it is not an RFC 3339 timestamp that exists. */
export function parseTimestamp(text: string, argument: number): Timestamp {
  const match = RFC3339.exec(text);
  if (!match) {
    const example = "2006-01-02T15:04:05Z";
    throw new FunctionError(`${JSON.stringify(text)} is not a timestamp of the form ${example} (RFC 3339).`, argument);
  }
  const [, year, month, day, , hour, minute, second] = match.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offsetMinutes = parseOffset(match[9]!);
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  const exists = utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exists || Math.abs(offsetMinutes) >= 24 * 60)
    throw new FunctionError(`there is no such time as ${JSON.stringify(text)}.`, argument);
  utc.setUTCHours(hour, minute, second, Math.floor(Number(match[8] ?? 0) * 1000));
  return { epochMs: utc.getTime() - offsetMinutes * 60_000, offsetMinutes };
}

function parseOffset(text: string): number {
  if (text === "Z" || text === "z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6));
  return text.startsWith("-") ? -minutes : minutes;
}

/** A Date whose UTC parts are the parts of the timestamp in its own offset. */
export const localParts = ({ epochMs, offsetMinutes }: Timestamp): Date => new Date(epochMs + offsetMinutes * 60_000);

/** `2006-01-02T15:04:05Z`, or with an offset `…+01:00`. Whole seconds. */
export function formatTimestamp(timestamp: Timestamp): string {
  return (
    localParts(timestamp)
      .toISOString()
      .replace(/\.\d+Z$/, "") + formatOffset(timestamp.offsetMinutes, ":", "Z")
  );
}

/** `+01:00` with the separator `:`, `+0100` without; `zero` stands for no offset. */
export function formatOffset(minutes: number, separator: string, zero?: string): string {
  if (minutes === 0 && zero !== undefined) return zero;
  const absolute = Math.abs(minutes);
  const two = (number: number) => String(number).padStart(2, "0");
  const sign = minutes < 0 ? "-" : "+";
  return sign + two(Math.floor(absolute / 60)) + separator + two(absolute % 60);
}
