import { describeCharacter } from "./describe-character.ts";
import { parseDuration } from "./duration.ts";
import { characters, leftShift, namedKeys, type Key } from "./keyboard.ts";
import { misspeltKey, type MisspeltKey } from "./misspelt-key.ts";

/** One key going down or up. */
export interface KeyEvent {
  readonly key: Key;
  readonly down: boolean;
  /** The character that the key prints, with shift where that is held. */
  readonly prints?: string | undefined;
}

/** Events that belong together (shift and a letter) and must not be separated by a pause. */
export type Keystroke = readonly KeyEvent[];

export type Keystrokes =
  { readonly kind: "type"; readonly stroke: Keystroke } | { readonly kind: "wait"; readonly ms: number };

interface KeystrokeProblem {
  readonly severity: "error" | "warning";
  /** UTF-16 offset and length in the text. */
  readonly offset: number;
  readonly length: number;
  /** Full sentences. */
  readonly message: string;
  /** What to write there instead. */
  readonly meant?: string | undefined;
}

export interface ParsedKeystrokes {
  readonly items: readonly Keystrokes[];
  readonly problems: readonly KeystrokeProblem[];
}

/**
 * Reads text to be typed in Packer's notation:
 *
 *     text  = { wait | key | character }
 *     wait  = "<wait" [ seconds | duration ] ">"            default one second
 *     key   = "<" name [ "On" | "Off" ] ">"                 names as in `namedKeys`, whatever their case
 *           | "<" character ( "On" | "Off" ) ">"
 *
 * Anything else is typed literally; shift is implied. Text that `opaque` matches (template actions that are not
 * rendered yet) is skipped.
 */
export function parseKeystrokes(text: string, options: { readonly opaque?: RegExp } = {}): ParsedKeystrokes {
  const items: Keystrokes[] = [];
  const problems: KeystrokeProblem[] = [];
  let offset = 0;
  while (offset < text.length) {
    const length = opaqueAt(text, offset, options.opaque) ?? readOne(text, offset, items, problems);
    offset += length;
  }
  return { items, problems };
}

const waitTag = /<wait([^>]*)>/iy;
const keyTag = /<([a-z]+[0-9]*(?:on|off)?)>/iy;
const characterTag = /<(.)(on|off)>/isuy;

/** Reads one tag or character at `offset` and returns how long it was. */
function readOne(text: string, offset: number, items: Keystrokes[], problems: KeystrokeProblem[]): number {
  const wait = matchAt(waitTag, text, offset);
  const ms = waitMs(wait?.[1]);
  if (wait && ms !== undefined) {
    if (ms <= 0)
      problems.push(
        problem("error", offset, wait[0].length, `A wait has to be longer than nothing, and "${wait[0]}" is not.`),
      );
    else items.push({ kind: "wait", ms });
    return wait[0].length;
  }
  const stroke = taggedKey(text, offset) ?? taggedCharacter(text, offset);
  if (stroke) {
    items.push({ kind: "type", stroke: stroke.events });
    return stroke.length;
  }
  warnAboutTag(text, offset, problems);
  return readCharacter(text, offset, items, problems);
}

/** Empty: one second. Digits: seconds. Anything else has to be a duration. */
function waitMs(amount: string | undefined): number | undefined {
  if (amount === undefined) return undefined;
  if (amount === "") return 1000;
  if (/^-?\d+$/.test(amount)) return Number(amount) * 1000;
  return parseDuration(amount.toLowerCase());
}

function taggedKey(text: string, offset: number): { events: Keystroke; length: number } | undefined {
  const tag = matchAt(keyTag, text, offset);
  if (!tag) return undefined;
  const name = tag[1]!.toLowerCase();
  const pressed = namedKeys.get(name);
  if (pressed) {
    const prints = name === "spacebar" ? " " : undefined;
    return { events: [...going("down", pressed, prints), ...going("up", pressed, prints)], length: tag[0].length };
  }
  const held = /^(.+?)(on|off)$/.exec(name);
  const key = held && namedKeys.get(held[1]!);
  if (!key) return undefined;
  return { events: going(DIRECTIONS[held[2]!]!, key), length: tag[0].length };
}

const DIRECTIONS: Readonly<Record<string, "down" | "up">> = { on: "down", off: "up" };

function taggedCharacter(text: string, offset: number): { events: Keystroke; length: number } | undefined {
  const tag = matchAt(characterTag, text, offset);
  const typed = tag && characters.get(tag[1]!);
  if (!typed) return undefined;
  const direction = DIRECTIONS[tag[2]!.toLowerCase()]!;
  const event = going(direction, typed.key, tag[1]);
  if (!typed.shifted) return { events: event, length: tag[0].length };
  // Shift goes down first and comes up last.
  const events = [...going(direction, leftShift), ...event];
  if (direction === "up") events.reverse();
  return { events, length: tag[0].length };
}

function readCharacter(text: string, offset: number, items: Keystrokes[], problems: KeystrokeProblem[]): number {
  const character = String.fromCodePoint(text.codePointAt(offset)!);
  const typed = characters.get(character);
  if (!typed) {
    problems.push(problem("error", offset, character.length, untypable(character)));
    return character.length;
  }
  const stroke = [...going("down", typed.key, character), ...going("up", typed.key, character)];
  if (typed.shifted) {
    stroke.unshift(...going("down", leftShift));
    stroke.push(...going("up", leftShift));
  }
  items.push({ kind: "type", stroke });
  return character.length;
}

const instead: ReadonlyMap<string, string> = new Map([
  ["\n", "Write <enter> for the Enter key, and put a long command in several list elements."],
  ["\r", "Write <enter> for the Enter key."],
  ["\t", "Write <tab> for the Tab key."],
]);

function untypable(character: string): string {
  return `${describeCharacter(character)} cannot be typed on a US keyboard. ${instead.get(character) ?? "Use a character that is on it."}`;
}

/** What looks like a misspelt key is typed literally, as Packer does, but with a warning. */
function warnAboutTag(text: string, offset: number, problems: KeystrokeProblem[]): void {
  if (text[offset] !== "<") return;
  const found = misspeltKey(text.slice(offset, offset + LONGEST_TAG));
  if (!found) return;
  const { meant } = found;
  problems.push({ ...problem("warning", offset, found.text.length, describeMisspelt(found)), meant });
}

/** And what follows one that is not closed. */
const LONGEST_TAG = 200;

function describeMisspelt({ text, isUnclosed, meant }: MisspeltKey): string {
  const reason = isUnclosed ? 'is not closed with ">"' : "is not a key";
  const hint = meant === undefined ? "The function keys are <f1> to <f12>." : `Did you mean "${meant}"?`;
  return `"${text}" ${reason}, so it is typed character by character. ${hint}`;
}

function going(direction: "down" | "up", key: Key, prints?: string): KeyEvent[] {
  return [{ key, down: direction === "down", prints }];
}

function opaqueAt(text: string, offset: number, opaque: RegExp | undefined): number | undefined {
  return opaque && matchAt(opaque, text, offset)?.[0].length;
}

function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}

function problem(
  severity: KeystrokeProblem["severity"],
  offset: number,
  length: number,
  message: string,
): KeystrokeProblem {
  return { severity, offset, length, message };
}
