import type { Decimal } from "decimal.js";
import { formatNumber } from "../number.ts";
import type { Value } from "../value.ts";

/** Texts are always quoted (those of several lines as literal blocks), so that none is mistaken for something else. */
export function encodeYaml(value: Value): string {
  const lines = node(value, { indent: 0, column: -1 });
  // A document that is a bare scalar needs its end marked.
  if (value.content === null || typeof value.content === "boolean" || value.type.kind === "number")
    return `${lines.trimStart()}...\n`;
  return lines.replace(/^[ \n]/, "");
}

interface Place {
  /** Of the block the node is in. */
  readonly indent: number;
  /** Where the line has come to. */
  readonly column: number;
}

/** A node after its key or dash: a space and a scalar, or a new line and an indented block. Ends with a newline. */
function node(value: Value, place: Place): string {
  const { content } = value;
  if (Array.isArray(content)) return sequence(content as readonly Value[], place.indent);
  if (content instanceof Map) return mapping(content as ReadonlyMap<string, Value>, place.indent);
  if (typeof content === "string") return ` ${text(content, { ...place, column: place.column + 1 })}\n`;
  if (content === null || typeof content === "boolean") return ` ${String(content)}\n`;
  return ` ${formatNumber(content as Decimal)}\n`;
}

function sequence(items: readonly Value[], indent: number): string {
  if (items.length === 0) return " []\n";
  const lines = items.map((item) => `${" ".repeat(indent)}-${inline(item, indent)}`);
  return `\n${lines.join("")}`;
}

/** A mapping or sequence in a sequence starts on the line of the dash. */
function inline(item: Value, indent: number): string {
  const rendered = node(item, { indent: indent + 2, column: indent + 1 });
  return rendered.startsWith("\n") ? ` ${rendered.slice(1 + indent + 2)}` : rendered;
}

function mapping(entries: ReadonlyMap<string, Value>, indent: number): string {
  if (entries.size === 0) return " {}\n";
  return `\n${[...entries].map((entry) => pair(entry, indent)).join("")}`;
}

const LONGEST_SIMPLE_KEY = 128;

function pair([key, item]: readonly [string, Value], indent: number): string {
  const pad = " ".repeat(indent);
  if (key.includes("\n") || key.length > LONGEST_SIMPLE_KEY) {
    const written = text(key, { indent: indent + 2, column: indent + 2 });
    return `${pad}? ${written}\n${pad}:${inline(item, indent)}`;
  }
  const written = `${pad}${quoted(key)}:`;
  // The dashes of a sequence stand below its key.
  const inner = Array.isArray(item.content) ? indent : indent + 2;
  return written + node(item, { indent: inner, column: written.length });
}

/** Characters a literal block can hold as they are, in lines that do not end with a space. */
const LITERAL = /^(?: *[^ \n]+|\n)*$/;
const UNPRINTABLE = /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

function text(content: string, { indent, column }: Place): string {
  const pad = " ".repeat(Math.max(indent, 2));
  const isBlock = content.includes("\n") && !UNPRINTABLE.test(content) && LITERAL.test(content);
  if (!isBlock) return folded(quoted(content), { pad, column });
  const [body] = /^[\s\S]*?(?=\n*$)/.exec(content)!;
  const trailing = content.length - body.length;
  const lines = body.split("\n").map((line) => (line === "" ? "" : pad + line));
  // The indentation cannot be seen from a first line that is empty or begins with spaces.
  const indicator = /^[ \n]/.test(content) ? "2" : "";
  const first = body === "" ? "" : `\n${lines.join("\n")}`;
  const after = "\n".repeat(body === "" ? trailing : Math.max(0, trailing - 1));
  return `|${indicator}${chomping(body, trailing)}${first}${after}`;
}

/** What becomes of the newlines at the end: none, one, or all of them stay. */
function chomping(body: string, trailing: number): string {
  if (trailing === 0) return "-";
  return trailing === 1 && body !== "" ? "" : "+";
}

const escapes: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\x85": "\\N",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

const quoted = (content: string): string =>
  `"${content.replace(/["\\]|[^\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu, escape)}"`;

function escape(char: string): string {
  const code = char.codePointAt(0)!;
  const digits = (length: number): string => code.toString(16).toUpperCase().padStart(length, "0");
  if (escapes[char] !== undefined) return escapes[char];
  if (code <= 0xff) return `\\x${digits(2)}`;
  return code <= 0xffff ? `\\u${digits(4)}` : `\\U${digits(8)}`;
}

const WIDTH = 80;

/** A quoted text goes on in the next line at the first space beyond 80 columns; more spaces there are escaped. */
function folded(written: string, { pad, column }: { readonly pad: string; readonly column: number }): string {
  if (column + written.length <= WIDTH) return written;
  const characters = [...written];
  let result = "";
  let position = column;
  for (const [index, char] of characters.entries()) {
    const isInside = index > 1 && index < characters.length - 2;
    const breaks = char === " " && isInside && position > WIDTH && characters[index - 1] !== " ";
    const next = characters[index + 1] === " " ? "\\" : "";
    result += breaks ? `\n${pad}${next}` : char;
    position = breaks ? pad.length + next.length : position + 1;
  }
  return result;
}
