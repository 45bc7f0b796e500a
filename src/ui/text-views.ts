/** A text as its reader sees it, with the place in the original of each of its characters. */
export interface TextView {
  readonly text: string;
  /** Half-open range in the original. */
  startOf(index: number): number;
  endOf(index: number): number;
  /** From where the original has to be kept to read it so again, when more of it comes. */
  keptFrom(index: number): number;
}

/**
 * The other ways to read a text in which a secret may stand: what wrapping, colouring, escaping for HTML and dumping do to
 * one. Only those that differ from the text as it is.
 */
export function viewsOf(text: string): readonly TextView[] {
  const views: TextView[] = [];
  if (HAS_INVISIBLE.test(text)) views.push(replaced(text, INVISIBLE, () => ""));
  if (HAS_SPACING.test(text)) views.push(replaced(withoutCutEntity(text), SPACING, spacing));
  if (HAS_DUMP.test(text)) views.push(dumped(text));
  return views;
}

/** Control characters, colour codes (ECMA-48 CSI), line ends and the indentation after them. */
const INVISIBLE = /\x1b\[[0-9;:?]{0,32}[ -/]?[@-~]|\r?\n[ \t]*|[\x00-\x08\x0b-\x1f\x7f]/g;
const HAS_INVISIBLE = /[\x00-\x08\x0a-\x1f\x7f]/;

export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, "");
/** Any white space is equal to any other. */
export const withPlainSpaces = (text: string): string => text.replace(/\s+/g, " ");

const SPACING =
  /(?:\x1b\[[0-9;:?]{0,32}[ -/]?[@-~]|[\x00-\x08\x0e-\x1f\x7f]|\s)+|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,7});/gi;
const HAS_SPACING = /\s{2}|[\t\r\n\x1b]|&(?:#|[a-z]{2}|[a-z]?$)/i;

function spacing(found: string): string {
  if (found.startsWith("&")) return entity(found.slice(1, -1)) ?? found;
  return /\s/.test(found) ? " " : "";
}

/** HTML's names for the characters that have to be, or may be, escaped. */
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", excl: "!", num: "#", dollar: "$", percnt: "%" },
  ...{ lpar: "(", rpar: ")", ast: "*", plus: "+", comma: ",", period: ".", sol: "/", colon: ":", semi: ";" },
  ...{ equals: "=", quest: "?", commat: "@", lsqb: "[", lbrack: "[", bsol: "\\", rsqb: "]", rbrack: "]", hat: "^" },
  ...{ lowbar: "_", grave: "`", lcub: "{", lbrace: "{", verbar: "|", vert: "|", rcub: "}", rbrace: "}", tab: " " },
};

function entity(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(name) ?? [];
  if (hex === undefined && decimal === undefined)
    return Object.hasOwn(ENTITIES, name.toLowerCase()) ? ENTITIES[name.toLowerCase()] : undefined;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** The rest may come: what is before it could still be the beginning of a secret. */
const withoutCutEntity = (text: string): string => text.replace(/&(?:#x?[0-9a-f]{0,7}|[a-z]{0,7})$/i, "");

/** A line of `xxd` or `hexdump -C`: an address, bytes, the text of the bytes. */
const DUMP_LINE = /^[ \t]*[0-9a-f]{4,16}:?[ \t]+(?:[0-9a-f]{2,8}[ \t]+){1,16}[ \t]*\|?(.{1,32}?)\|?\r?$/gim;
/** The end of an offset is enough: with its whole length, long digits would be read again from each of them. */
const HAS_DUMP = /[0-9a-f]{4}:?[ \t]+(?:[0-9a-f]{2,8}[ \t]+){2}/i;

function dumped(text: string): TextView {
  const starts: number[] = [];
  let columns = "";
  for (const { index, 0: line, 1: column = "" } of text.matchAll(DUMP_LINE)) {
    const from = index + line.lastIndexOf(column);
    for (let at = 0; at < column.length; at++) starts.push(from + at);
    columns += column;
  }
  const startOf = (index: number): number => starts[index] ?? text.length;
  // Without the beginning of its line a column is none.
  const keptFrom = (index: number): number =>
    index >= starts.length ? text.length : text.lastIndexOf("\n", startOf(index)) + 1;
  return { text: columns, startOf, endOf: (index) => startOf(index) + 1, keptFrom };
}

function replaced(text: string, pattern: RegExp, replace: (found: string) => string): TextView {
  const starts: number[] = [];
  const ends: number[] = [];
  let shown = "";
  let from = 0;
  const keepUntil = (end: number): void => {
    for (let at = from; at < end; at++) {
      starts.push(at);
      ends.push(at + 1);
    }
    shown += text.slice(from, end);
  };
  for (const { index, 0: found } of text.matchAll(pattern)) {
    keepUntil(index);
    from = index + found.length;
    const instead = replace(found);
    for (let at = 0; at < instead.length; at++) {
      starts.push(index);
      ends.push(from);
    }
    shown += instead;
  }
  keepUntil(text.length);
  const startOf = (index: number): number => starts[index] ?? text.length;
  return { text: shown, startOf, endOf: (index) => ends[index] ?? text.length, keptFrom: startOf };
}
