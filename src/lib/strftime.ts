import { formatGoTime, yearDay } from "./go-time.ts";

const layouts: Readonly<Record<string, string>> = {
  a: "Mon",
  A: "Monday",
  b: "Jan",
  B: "January",
  c: "Mon Jan _2 15:04:05 2006",
  d: "02",
  D: "01/02/06",
  e: "_2",
  F: "2006-01-02",
  h: "Jan",
  H: "15",
  I: "03",
  L: ".000",
  m: "01",
  M: "04",
  p: "PM",
  r: "03:04:05 PM",
  R: "15:04",
  S: "05",
  T: "15:04:05",
  v: "_2-Jan-2006",
  x: "01/02/06",
  X: "15:04:05",
  y: "06",
  Y: "2006",
  z: "-0700",
  Z: "MST",
};

const others: Readonly<Record<string, (date: Date) => string>> = {
  "%": () => "%",
  n: () => "\n",
  t: () => "\t",
  C: (date) => String(Math.floor(date.getUTCFullYear() / 100)).padStart(2, "0"),
  j: (date) => String(yearDay(date)).padStart(3, "0"),
  k: (date) => String(date.getUTCHours()).padStart(2, " "),
  l: (date) => String(date.getUTCHours() % 12 || 12).padStart(2, " "),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  u: (date) => String(date.getUTCDay() || 7),
  U: (date) => weekOfYear(date, date.getUTCDay()),
  V: (date) => String(isoWeek(date)).padStart(2, "0"),
  w: (date) => String(date.getUTCDay()),
  W: (date) => weekOfYear(date, (date.getUTCDay() + 6) % 7),
};

/** A time in UTC by a C-style format: `%Y-%m-%d`. A specification it does not know stays as it is, as in Packer. */
export function strftime(date: Date, format: string): string {
  return format.replace(/%([\s\S]?)/g, (whole, letter: string) => {
    const layout = layouts[letter];
    if (layout !== undefined) return formatGoTime(date, layout);
    return others[letter]?.(date) ?? whole;
  });
}

function weekOfYear(date: Date, dayOfWeek: number): string {
  return String(Math.floor((yearDay(date) + 6 - dayOfWeek) / 7)).padStart(2, "0");
}

/** The ISO 8601 week: the one its Thursday is in. */
export function isoWeek(date: Date): number {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  return Math.ceil(yearDay(thursday) / 7);
}
