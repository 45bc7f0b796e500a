/** A line that a plugin wrote to its log, which is its standard error. */
export interface LogLine {
  /** What Go's plugins write in brackets, in lower case; `undefined` where they do not say. */
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | undefined;
  /** Without time and level. */
  readonly text: string;
}

const levels: Readonly<Record<string, LogLine["level"]>> = {
  TRACE: "trace",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  WARNING: "warn",
  ERR: "error",
  ERROR: "error",
};

/** Reads `2026/11/30 03:43:39 [DEBUG] text`, as the package log of Go writes it; any other line is text. */
export function parseLogLine(line: string): LogLine {
  const text = line.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(\.\d+)? /, "");
  const [whole, name] = /^\[([A-Z]+)\]\s*/.exec(text) ?? [];
  const level = name === undefined ? undefined : levels[name];
  return { level, text: level === undefined ? text : text.slice(whole!.length) };
}

/** The last lines of a log of any length. */
export class LogRing {
  readonly #limit: number;
  #lines: LogLine[] = [];
  #follower: ((line: LogLine) => void) | undefined;

  constructor(limit = 200) {
    this.#limit = limit;
  }

  add(line: LogLine): void {
    this.#lines.push(line);
    this.#follower?.(line);
    // Cut now and then: a plugin that floods its log must not cost a copy for each line.
    if (this.#lines.length >= 2 * this.#limit) this.#lines = this.lines.slice();
  }

  /** Whoever follows hears the last lines as well. There is one at a time. */
  follow(follower: (line: LogLine) => void): void {
    for (const line of this.lines) follower(line);
    this.#follower = follower;
  }

  get lines(): readonly LogLine[] {
    return this.#lines.slice(-this.#limit);
  }
}

/** How a Go program says that it crashed: the reason, and where in the plugin's own code. */
export interface Panic {
  readonly reason: string;
  readonly frames: readonly string[];
}

const MOST_FRAMES = 3;
/** Code that is in every plugin, and tells nothing about this one. */
const COMMON = /^(panic|runtime|reflect|net\/rpc|sync|created by|github\.com\/hashicorp\/packer-plugin-sdk)\b/;

/** The panic that ended the log, if one did. Source: documentation of the package runtime of Go. */
export function findPanic(lines: readonly LogLine[]): Panic | undefined {
  const start = lines.findLastIndex(({ text }) => /^(panic|fatal error): /.test(text));
  if (start === -1) return undefined;
  const rest = lines.slice(start + 1).map(({ text }) => text);
  const frames = rest.flatMap((line, index) => {
    const place = /^\s+(\S+\.go:\d+)/.exec(rest[index + 1] ?? "")?.[1];
    const call = /^(\S.*)\([^()]*\)$/.exec(line.trim())?.[1];
    return place === undefined || call === undefined || COMMON.test(call) ? [] : [`${call} (${fileOf(place)})`];
  });
  return { reason: lines[start]!.text.replace(/^(panic|fatal error): /, ""), frames: frames.slice(0, MOST_FRAMES) };
}

const fileOf = (place: string): string => place.slice(place.lastIndexOf("/") + 1);
