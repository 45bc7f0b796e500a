import { formatGoTime } from "../../lib/go-time.ts";
import { ownEntry } from "../../lib/own-entry.ts";
import { FunctionError } from "./definition.ts";
import { formatOffset, localParts, type Timestamp } from "./timestamp.ts";

type Part = (parts: Date, offsetMinutes: number) => string;
const layout =
  (goLayout: string): Part =>
  (parts) =>
    formatGoTime(parts, goLayout);

/** The letters of `formatdate`. Source: documentation of FormatDate of go-cty's stdlib (MIT; facts only). */
const parts: Readonly<Record<string, Part>> = {
  YYYY: layout("2006"),
  YY: layout("06"),
  MMMM: layout("January"),
  MMM: layout("Jan"),
  MM: layout("01"),
  M: layout("1"),
  DD: layout("02"),
  D: layout("2"),
  EEEE: layout("Monday"),
  EEE: layout("Mon"),
  hh: layout("15"),
  h: (date) => String(date.getUTCHours()),
  HH: layout("03"),
  H: layout("3"),
  AA: layout("PM"),
  aa: layout("pm"),
  mm: layout("04"),
  m: layout("4"),
  ss: layout("05"),
  s: layout("5"),
  ZZZZZ: (_, offset) => formatOffset(offset, ":"),
  ZZZZ: (_, offset) => formatOffset(offset, ""),
  ZZZ: (_, offset) => formatOffset(offset, "", "UTC"),
  Z: (_, offset) => formatOffset(offset, ":", "Z"),
};

/** A quote, a literal text in quotes (a quote in it is doubled), or a letter repeated. */
const TOKEN = /''|'(?:[^'](?:[^']|'')*'?)?|([A-Za-z])\1*/g;

/** A timestamp written after a format such as `DD MMM YYYY 'at' hh:mm`. @throws FunctionError for unknown letters. */
export function formatDate(format: string, timestamp: Timestamp): string {
  const date = localParts(timestamp);
  return format.replace(TOKEN, (text: string) => {
    if (text === "''") return "'";
    if (text.startsWith("'")) return literalText(text);
    const part = ownEntry(parts, text);
    if (part) return part(date, timestamp.offsetMinutes);
    const word = JSON.stringify(text);
    throw new FunctionError(`${word} is not a part of a date. Put literal text in single quotes: '${text}'.`, 0);
  });
}

/** At the end of a format, a doubled quote also closes the text. */
function literalText(quoted: string): string {
  if (!quoted.endsWith("'") || quoted === "'") throw new FunctionError("a literal text in quotes is not closed.", 0);
  const [, text] = /^'((?:[^']|'')*)'?$/.exec(quoted)!;
  return text!.replaceAll("''", "'");
}
