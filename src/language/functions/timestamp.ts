import { formatGoTime } from "../../lib/go-time.ts";
import { FunctionError } from "./definition.ts";

/** A moment with the offset it was written in, as RFC 3339 texts have it. */
export interface Timestamp {
  /** Milliseconds since the epoch. */
  readonly epochMs: number;
  readonly offsetMinutes: number;
}

/** As Packer's functions read them: strictly, or (`rfc3339_parse`) with a space for the `T` and other liberties of Go. */
type Reading = "strict" | "loose";

const readings: Readonly<Record<Reading, { readonly form: RegExp; readonly mostOffset: number }>> = {
  strict: {
    form: /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:[0-5]\d)$/,
    mostOffset: 24 * 60 - 1,
  },
  loose: {
    form: /^(\d{4})-(\d{2})-(\d{2})(?:T| +)(\d{1,2}):(\d{2}):(\d{2})([.,]\d+)?(Z|[+-]\d{2}:[0-5]\d)$/,
    mostOffset: 24 * 60,
  },
};

/** @throws FunctionError about the argument when it is not an RFC 3339 timestamp that exists. */
export function parseTimestamp(text: string, argument: number, reading: Reading = "strict"): Timestamp {
  const { form, mostOffset } = readings[reading];
  const match = form.exec(text);
  if (!match) throw new FunctionError(`${JSON.stringify(text)} is not a timestamp${whyNot(text)}.`, argument);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as unknown as Numbers;
  const offsetMinutes = parseOffset(match[8]!);
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  const exists = utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exists || Math.abs(offsetMinutes) > mostOffset)
    throw new FunctionError(`there is no such time as ${JSON.stringify(text)}.`, argument);
  const fraction = Number((match[7] ?? ".0").replace(",", "."));
  utc.setUTCHours(hour, minute, second, Math.floor(fraction * 1000));
  return { epochMs: utc.getTime() - offsetMinutes * 60_000, offsetMinutes };
}

type Numbers = readonly [number, number, number, number, number, number];

function whyNot(text: string): string {
  const form = " of the form 2006-01-02T15:04:05Z (RFC 3339)";
  if (/^\d{4}-\d{2}-\d{2}[t ]/.test(text)) return `${form}: a capital T has to stand between date and time`;
  if (text.endsWith("z")) return `${form}: the Z has to be a capital one`;
  return /[+-]\d{2}:[6-9]\d$/.test(text) ? `${form}: an hour of its offset has 60 minutes` : form;
}

function parseOffset(text: string): number {
  if (text === "Z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6));
  return text.startsWith("-") ? -minutes : minutes;
}

/** A Date whose UTC parts are the parts of the timestamp in its own offset. */
export const localParts = ({ epochMs, offsetMinutes }: Timestamp): Date => new Date(epochMs + offsetMinutes * 60_000);

/** `2006-01-02T15:04:05Z`, or with an offset `…+01:00`. Whole seconds. Years have at least four digits, and `-` before our era. */
export function formatTimestamp(timestamp: Timestamp): string {
  const clock = formatGoTime(localParts(timestamp), "2006-01-02T15:04:05");
  return clock + formatOffset(timestamp.offsetMinutes, ":", "Z");
}

/** `+01:00` with the separator `:`, `+0100` without; `zero` stands for no offset. */
export function formatOffset(minutes: number, separator: string, zero?: string): string {
  if (minutes === 0 && zero !== undefined) return zero;
  const absolute = Math.abs(minutes);
  const two = (number: number) => String(number).padStart(2, "0");
  const sign = minutes < 0 ? "-" : "+";
  return sign + two(Math.floor(absolute / 60)) + separator + two(absolute % 60);
}
