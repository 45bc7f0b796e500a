import { parseDuration } from "../../lib/duration.ts";
import { formatGoTime, yearDay } from "../../lib/go-time.ts";
import { isoWeek, strftime } from "../../lib/strftime.ts";
import { NUMBER, numberValue, objectOf, objectValue, STRING, stringValue, type Type, type Value } from "../value.ts";
import { integerAt, numberParam, stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";
import { formatDate } from "./format-date.ts";
import { formatTimestamp, localParts, parseTimestamp, type Timestamp } from "./timestamp.ts";

const now = (startTime: number): Timestamp => ({ epochMs: startTime, offsetMinutes: 0 });

export const timeFunctions: readonly FunctionDeclaration[] = [
  {
    name: "timestamp",
    group: "time",
    parameters: [],
    returns: STRING,
    description: "The time the run started, in UTC (RFC 3339): the same at every call. SOURCE_DATE_EPOCH sets it.",
    example: ["length(timestamp())", "20"],
    call: (_, { startTime }) => stringValue(formatTimestamp(now(startTime))),
  },
  {
    name: "plantimestamp",
    group: "time",
    parameters: [],
    returns: STRING,
    description: "The same as timestamp, under the name it has in OpenTofu.",
    example: ["plantimestamp() == timestamp()", "true"],
    call: (_, { startTime }) => stringValue(formatTimestamp(now(startTime))),
  },
  {
    name: "formatdate",
    group: "time",
    parameters: [stringParam("format"), stringParam("timestamp")],
    returns: STRING,
    description:
      "A timestamp in another format: YYYY MM DD hh mm ss, MMM and EEE for names, HH AA for twelve hours, Z ZZZZ for the zone; literal text in single quotes.",
    example: ['formatdate("DD MMM YYYY hh:mm", "2018-01-02T23:12:01Z")', '"02 Jan 2018 23:12"'],
    call: (args) => stringValue(formatDate(textAt(args, 0), parseTimestamp(textAt(args, 1), 1))),
  },
  {
    name: "timeadd",
    group: "time",
    parameters: [stringParam("timestamp"), stringParam("duration")],
    returns: STRING,
    description: "A timestamp moved by a duration such as 10m, -1h30m or 24h.",
    example: ['timeadd("2017-11-22T00:00:00Z", "10m")', '"2017-11-22T00:10:00Z"'],
    call: (args) => stringValue(addDuration(parseTimestamp(textAt(args, 0), 0), textAt(args, 1))),
  },
  {
    name: "timecmp",
    group: "time",
    parameters: [stringParam("a"), stringParam("b")],
    returns: NUMBER,
    description: "-1, 0 or 1 as the first timestamp is before, the same as, or after the second.",
    example: ['timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00+01:00")', "0"],
    call: (args) =>
      numberValue(Math.sign(parseTimestamp(textAt(args, 0), 0).epochMs - parseTimestamp(textAt(args, 1), 1).epochMs)),
  },
  {
    name: "legacy_isotime",
    group: "time",
    parameters: [],
    variadic: stringParam("layout"),
    returns: STRING,
    description:
      "The time the run started, in UTC, in Go's layout of the moment 2006-01-02T15:04:05. Prefer formatdate.",
    example: ['length(legacy_isotime("2006-01-02"))', "10"],
    call: (args, { startTime }) => {
      if (args.length > 1) throw new FunctionError("it takes at most one argument, the layout.");
      const layout = args.length === 1 ? textAt(args, 0) : "2006-01-02T15:04:05Z07:00";
      return stringValue(formatGoTime(new Date(startTime), layout));
    },
  },
  {
    name: "legacy_strftime",
    group: "time",
    parameters: [],
    variadic: stringParam("format"),
    returns: STRING,
    description:
      "The time the run started, in UTC, in a format with verbs such as %Y-%m-%d. Without a format it is that of RFC 3339. Prefer formatdate.",
    example: ['length(legacy_strftime("%Y-%m-%d"))', "10"],
    call: (args, { startTime }) => {
      if (args.length > 1) throw new FunctionError("it takes at most one argument, the format.");
      const format = args.length === 1 ? textAt(args, 0) : "%Y-%m-%dT%H:%M:%SZ";
      return stringValue(strftime(new Date(startTime), format));
    },
  },
  {
    name: "rfc3339_parse",
    group: "time",
    parameters: [stringParam("timestamp")],
    returns: partsType({ unix: NUMBER }),
    description:
      "The parts of a timestamp: year, month, month_name, day, weekday, weekday_name, hour, minute, second, year_day, iso_year, iso_week, unix.",
    example: ['rfc3339_parse("2024-02-29 12:30:00Z").year_day', "60"],
    call: (args) => {
      const timestamp = parseTimestamp(textAt(args, 0), 0, "loose");
      return partsOf(timestamp, { unix: numberValue(Math.floor(timestamp.epochMs / 1000)) });
    },
  },
  {
    name: "unix_timestamp_parse",
    group: "time",
    parameters: [numberParam("seconds")],
    returns: partsType({ rfc3339: STRING }),
    description:
      "The parts, in UTC, of a time given in seconds since 1970: those of rfc3339_parse, with rfc3339 in place of unix.",
    example: ["unix_timestamp_parse(0).rfc3339", '"1970-01-01T00:00:00Z"'],
    call: (args) => {
      const timestamp = now(integerAt(args, 0, -MOST_SECONDS, MOST_SECONDS) * 1000);
      return partsOf(timestamp, { rfc3339: stringValue(formatTimestamp(timestamp)) });
    },
  },
];

/** What a JavaScript date can hold: 273,790 years on either side of 1970. */
const MOST_SECONDS = 8_640_000_000_000;
/** Of a duration in Go: 64 bits of nanoseconds, 292 years. */
const LONGEST_MS = 2 ** 63 / 1e6;

function addDuration(timestamp: Timestamp, duration: string): string {
  const milliseconds = parseDuration(duration);
  if (milliseconds === undefined || Math.abs(milliseconds) > LONGEST_MS)
    throw new FunctionError(`${JSON.stringify(duration)} is not a duration such as 10m or -1h30m.`, 1);
  return formatTimestamp({ ...timestamp, epochMs: timestamp.epochMs + milliseconds });
}

function partsType(more: Readonly<Record<string, Type>>): Type {
  const numbers = ["year", "year_day", "day", "month", "weekday", "hour", "minute", "second", "iso_year", "iso_week"];
  const types = Object.fromEntries(numbers.map((name) => [name, NUMBER]));
  return objectOf({ ...types, month_name: STRING, weekday_name: STRING, ...more });
}

function partsOf(timestamp: Timestamp, more: Readonly<Record<string, Value>>): Value {
  const date = localParts(timestamp);
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  const numbers = {
    year: date.getUTCFullYear(),
    year_day: yearDay(date),
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    iso_year: thursday.getUTCFullYear(),
    iso_week: isoWeek(date),
  };
  return objectValue({
    ...Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, numberValue(number)])),
    month_name: stringValue(formatGoTime(date, "January")),
    weekday_name: stringValue(formatGoTime(date, "Monday")),
    ...more,
  });
}
