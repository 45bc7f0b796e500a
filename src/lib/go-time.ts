const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const two = (number: number): string => String(number).padStart(2, "0");
const hour12 = (date: Date): number => date.getUTCHours() % 12 || 12;
const halfOfDay = (date: Date): string => (date.getUTCHours() < 12 ? "AM" : "PM");
const month = (date: Date): string => MONTHS[date.getUTCMonth()]!;
/** At least four digits, with a sign before our era. */
function year(date: Date): string {
  const number = date.getUTCFullYear();
  return (number < 0 ? "-" : "") + String(Math.abs(number)).padStart(4, "0");
}
const weekday = (date: Date): string => DAYS[date.getUTCDay()]!;

/** The day of the year, from 1. */
export function yearDay(date: Date): number {
  // Date.UTC would take the years 0 to 99 for those of the twentieth century.
  const newYear = new Date(0).setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - newYear) / 86_400_000) + 1;
}

/** The parts of Go's reference time (Mon Jan 2 15:04:05 MST 2006). */
const parts: Readonly<Record<string, (date: Date) => string>> = {
  January: month,
  Jan: (date) => month(date).slice(0, 3),
  Monday: weekday,
  Mon: (date) => weekday(date).slice(0, 3),
  MST: () => "UTC",
  "2006": year,
  "-07:00:00": () => "+00:00:00",
  "-070000": () => "+000000",
  "-07:00": () => "+00:00",
  "-0700": () => "+0000",
  "-07": () => "+00",
  "Z07:00:00": () => "Z",
  Z070000: () => "Z",
  "Z07:00": () => "Z",
  Z0700: () => "Z",
  Z07: () => "Z",
  "002": (date) => String(yearDay(date)).padStart(3, "0"),
  __2: (date) => String(yearDay(date)).padStart(3, " "),
  "01": (date) => two(date.getUTCMonth() + 1),
  "02": (date) => two(date.getUTCDate()),
  "03": (date) => two(hour12(date)),
  "04": (date) => two(date.getUTCMinutes()),
  "05": (date) => two(date.getUTCSeconds()),
  "06": (date) => two(date.getUTCFullYear() % 100),
  "15": (date) => two(date.getUTCHours()),
  _2006: (date) => `_${year(date)}`,
  _2: (date) => String(date.getUTCDate()).padStart(2, " "),
  PM: halfOfDay,
  pm: (date) => halfOfDay(date).toLowerCase(),
  "1": (date) => String(date.getUTCMonth() + 1),
  "2": (date) => String(date.getUTCDate()),
  "3": (date) => String(hour12(date)),
  "4": (date) => String(date.getUTCMinutes()),
  "5": (date) => String(date.getUTCSeconds()),
};

/** Longest first, because some begin like others; an abbreviation counts only where no longer word begins. */
const alternatives = Object.keys(parts)
  .sort((a, b) => b.length - a.length)
  .map((part) => part.replace(/[-+]/g, "\\$&").replace(/^(Jan|Mon)$/, "$1(?![a-z])"));
const layoutPart = new RegExp(`${alternatives.join("|")}|[.,](?:0+|9+)(?![0-9])`, "g");

/**
 * A time in UTC written after an example in Go's layout language: `2006-01-02T15:04:05Z07:00`.
 * Source: the package documentation of Go's time (facts only).
 */
export function formatGoTime(date: Date, layout: string): string {
  return layout.replace(layoutPart, (part) => parts[part]?.(date) ?? fraction(date, part));
}

/** `.000` keeps trailing zeros, `.999` drops them. JavaScript times have milliseconds only. */
function fraction(date: Date, part: string): string {
  const digits = String(date.getUTCMilliseconds())
    .padStart(3, "0")
    .padEnd(part.length - 1, "0")
    .slice(0, part.length - 1);
  if (part[1] === "0") return part[0] + digits;
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? "" : part[0] + kept;
}
