import { nearest } from "./did-you-mean.ts";
import { parseDuration } from "./duration.ts";
import { namedKeys } from "./keyboard.ts";

/** What looks like a key or a wait, is none, and is therefore typed character by character. */
export interface MisspeltKey {
  /** As written. */
  readonly text: string;
  /** The `>` is missing. */
  readonly isUnclosed: boolean;
  /** With its brackets; undefined where no key can be meant (`<f13>`). */
  readonly meant: string | undefined;
}

/** The misspelt key at the start of a text; none for what is plainly no key, such as `<html>` or `a < b >`. */
export function misspeltKey(text: string): MisspeltKey | undefined {
  return closedTag(text) ?? unclosedTag(text);
}

function closedTag(text: string): MisspeltKey | undefined {
  const [tag, content] = CLOSED.exec(text) ?? [];
  if (tag === undefined || content === undefined) return undefined;
  const meant = meantBy(content);
  if (meant !== undefined) return { text: tag, isUnclosed: false, meant: `<${meant}>` };
  return /^f\d+$/i.test(content) ? { text: tag, isUnclosed: false, meant: undefined } : undefined;
}

const CLOSED = /^<([^/<>{}\n][^<>{}\n]{1,37})>/;

function meantBy(content: string): string | undefined {
  const name = content.toLowerCase().replace(/[\s_-]/g, "");
  const isSeveralWords = /\S\s+\S/.test(content);
  if (name.startsWith("wait")) return waitMeantBy(name.slice("wait".length), isSeveralWords);
  const held = content.replace(/\s/g, "");
  if (/^\S(on|off)$/i.test(held)) return held;
  const exact = tagNames.get(name) ?? keyOfOthers(name);
  if (exact !== undefined || isSeveralWords || /^f\d+$/.test(name) || NO_KEYS.has(name)) return exact;
  return tagNames.get(nearest(name, tagNames.keys()) ?? "");
}

function waitMeantBy(amount: string, isSeveralWords: boolean): string | undefined {
  const ms = parseDuration(amount);
  if (ms !== undefined && ms > 0) return `wait${amount}`;
  const [, digits, unit = ""] = /^[=:(]?([1-9]\d*)(ms|[smh])?/.exec(amount) ?? [];
  if (digits !== undefined) return `wait${digits}${unit}`;
  return isSeveralWords || /\W/.test(amount) ? undefined : "wait";
}

/** A tag whose closing bracket was forgotten. */
function unclosedTag(text: string): MisspeltKey | undefined {
  const lower = text.toLowerCase();
  const wait = UNCLOSED_WAIT.exec(lower)?.[0];
  if (wait !== undefined) {
    const written = text.slice(0, wait.length);
    return { text: written, isUnclosed: true, meant: `${written.replace(/\s/g, "")}>` };
  }
  const name = UNCLOSED_NAME.exec(lower)?.[1] ?? "";
  const length = tagNames.has(name) ? name.length + 1 : (UNCLOSED_HELD.exec(text)?.[0].length ?? 0);
  const written = text.slice(0, length);
  return length === 0 ? undefined : { text: written, isUnclosed: true, meant: `${written}>` };
}

/** The end of the text, another tag, or a blank after which no bracket closes anything: `sort <end.txt` is no key. */
const AFTER = String.raw`(?=$|<|\s+[^<>]*(?:<|$))`;
const UNCLOSED_WAIT = new RegExp(String.raw`^<wait\s*\d*(?:ms|[smh])?${AFTER}`);
const UNCLOSED_NAME = new RegExp(String.raw`^<([a-z]+\d*(?:on|off)?)${AFTER}`);
/** Nothing else begins like this, whatever follows. */
const UNCLOSED_HELD = /^<(?:(?:left|right)(?:shift|ctrl|alt|option|super|command)(?:on|off)|\S(?:On|Off)(?=$|<))/i;

/** By name in lower case: as it is usually written. */
const tagNames: ReadonlyMap<string, string> = new Map(
  [...namedKeys.keys()].flatMap((name) => {
    const spelled = name.replace(/^(left|right|page)(.)/, (_, first: string, letter: string) => {
      return first + letter.toUpperCase();
    });
    return [
      [name, spelled],
      [`${name}on`, `${spelled}On`],
      [`${name}off`, `${spelled}Off`],
    ] as const;
  }),
);

/** What others call a key, with or without `On` and `Off`. */
function keyOfOthers(name: string): string | undefined {
  const [, key = "", held = ""] = /^(.+?)(on|off)?$/.exec(name) ?? [];
  const meant = OF_OTHERS.get(key);
  return meant === undefined ? undefined : tagNames.get(`${meant}${held}`);
}

const OF_OTHERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    space: "spacebar",
    backspace: "bs",
    escape: "esc",
    delete: "del",
    pgup: "pageup",
    pgdn: "pagedown",
    pgdown: "pagedown",
    arrowup: "up",
    arrowdown: "down",
    arrowleft: "left",
    arrowright: "right",
    ctrl: "leftctrl",
    control: "leftctrl",
    alt: "leftalt",
    shift: "leftshift",
    super: "leftsuper",
    win: "leftsuper",
    windows: "leftsuper",
    cmd: "leftcommand",
  }),
);

/** Elements of HTML and XML whose names are near to that of a key. */
const NO_KEYS: ReadonlySet<string> = new Set(["center", "dl", "entry", "figcaption", "meter", "sup", "table"]);
