import { LineCounter, parseAllDocuments, type Document, type ScalarTag } from "yaml";
import type { Decimal } from "decimal.js";
import { formatNumber } from "../number.ts";
import { MAX_DATA_DEPTH, valueFromJs } from "../from-js.ts";
import { DYNAMIC, STRING, stringValue, type Value } from "../value.ts";
import { anyParam, stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";

/** YAML as go-cty-yaml (which Packer and Terraform use) reads and writes it: YAML 1.2 core schema, one document. */
export const yamlFunctions: readonly FunctionDeclaration[] = [
  {
    name: "yamldecode",
    group: "encoding",
    parameters: [stringParam("string")],
    returns: DYNAMIC,
    description: "The value a YAML text stands for. It must hold exactly one document.",
    example: ['yamldecode("a: 1\\nb: [x]")', '{ a = 1, b = ["x"] }'],
    call: (args) => decodeYaml(textAt(args, 0)),
  },
  {
    name: "yamlencode",
    group: "encoding",
    parameters: [anyParam("value", { allowNull: true })],
    returns: STRING,
    description: "A value as YAML text in block style.",
    example: ["yamlencode({ a = 1 })", '"\\"a\\": 1\\n"'],
    call: (args) => stringValue(encodeYaml(args[0]!)),
  },
];

function decodeYaml(text: string): Value {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter,
    intAsBigInt: true,
    merge: true,
    prettyErrors: false,
    uniqueKeys: false,
    customTags: (tags) => [wordyBoolean, timestamp, ...tags],
  });
  const [document, another] = [...(parsed as Iterable<Document.Parsed>)];
  if (!document) throw new FunctionError("it is empty.", 0);
  if (another) throw new FunctionError("it has more than one document.", 0);
  const [error] = document.errors;
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new FunctionError(`it is not valid YAML: line ${line}, column ${col}: ${error.message}.`, 0);
  }
  try {
    return valueFromJs(withTextKeys(document.toJS({ mapAsMap: true, maxAliasCount: 100 }), 0));
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError)
      throw new FunctionError(`it is ${error.message}.`, 0);
    throw error;
  }
}

/** Of YAML 1.1, and still read by the YAML of Packer and Terraform: `yes`, `on` and `y` are true. */
const wordyBoolean: ScalarTag = {
  tag: "tag:yaml.org,2002:bool",
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|on)/i.test(text),
};

/** Dates and times become texts in RFC 3339, in UTC. */
const timestamp: ScalarTag = {
  tag: "tag:yaml.org,2002:timestamp",
  default: true,
  test: /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d+)?(?:[ \t]*(?:Z|[+-]\d{1,2}(?::?\d{2})?))?)?$/,
  resolve: toRfc3339,
};

function toRfc3339(text: string): string {
  const [date, clock] = text.split(/[Tt \t]+/, 2) as [string, string | undefined];
  const day = date
    .split("-")
    .map((part) => part.padStart(2, "0"))
    .join("-");
  const time = clock?.replace(/(Z|[+-].*)$/, "").padStart(8, "0") ?? "00:00:00";
  const moment = new Date(`${day}T${time}${offsetOf(text.slice(date.length))}`);
  return Number.isNaN(moment.getTime()) ? text : moment.toISOString().replace(/\.?0*Z$/, "Z");
}

/** `Z`, or hours and minutes of two digits each. */
function offsetOf(clock: string): string {
  const zone = /(Z|[+-]\d{1,2}(?::?\d{2})?)$/.exec(clock)?.[0] ?? "Z";
  return zone
    .replace(/^([+-])(\d)(?=$|:)/, "$10$2")
    .replace(/^([+-]\d{2})$/, "$1:00")
    .replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
}

/** Mappings as objects. Keys that are not texts are written out, as in JSON. */
function withTextKeys(data: unknown, depth: number): unknown {
  if (depth > MAX_DATA_DEPTH) throw new RangeError(`nested deeper than ${MAX_DATA_DEPTH} levels`);
  if (Array.isArray(data)) return data.map((item) => withTextKeys(item, depth + 1));
  if (data instanceof Date) return data.toISOString();
  if (!(data instanceof Map)) return data;
  const entries = [...(data as Map<unknown, unknown>)].map(
    ([key, item]) => [keyText(key), withTextKeys(item, depth + 1)] as const,
  );
  return Object.fromEntries(entries);
}

function keyText(key: unknown): string {
  if (typeof key === "object" && key !== null) throw new FunctionError("a key of a mapping is not a plain value.", 0);
  return String(key);
}

/** Texts are always quoted (those of several lines as literal blocks), so that none is mistaken for something else. */
function encodeYaml(value: Value): string {
  const lines = node(value, 0);
  // A document that is a bare scalar needs its end marked.
  if (value.content === null || typeof value.content === "boolean" || value.type.kind === "number")
    return `${lines.trimStart()}...\n`;
  return lines.startsWith("\n") ? lines.slice(1) : lines.trimStart();
}

/** A node after its key or dash: a space and a scalar, or a new line and an indented block. Ends with a newline. */
function node(value: Value, indent: number): string {
  const { content } = value;
  const pad = " ".repeat(indent);
  if (Array.isArray(content)) return sequence(content as readonly Value[], indent, pad);
  if (content instanceof Map) return mapping(content as ReadonlyMap<string, Value>, indent, pad);
  if (typeof content === "string") return ` ${text(content, indent)}\n`;
  if (content === null || typeof content === "boolean") return ` ${String(content)}\n`;
  return ` ${formatNumber(content as Decimal)}\n`;
}

function sequence(items: readonly Value[], indent: number, pad: string): string {
  if (items.length === 0) return " []\n";
  const lines = items.map((item) => `${pad}-${inline(item, indent)}`);
  return `\n${lines.join("")}`;
}

/** A mapping or sequence in a sequence starts on the line of the dash. */
function inline(item: Value, indent: number): string {
  const rendered = node(item, indent + 2);
  return rendered.startsWith("\n") ? ` ${rendered.slice(1 + indent + 2)}` : rendered;
}

function mapping(entries: ReadonlyMap<string, Value>, indent: number, pad: string): string {
  if (entries.size === 0) return " {}\n";
  // The dashes of a sequence stand below its key.
  const indentOf = ({ content }: Value): number => (Array.isArray(content) ? indent : indent + 2);
  const lines = [...entries].map(([key, item]) => `${pad}${quoted(key)}:${node(item, indentOf(item))}`);
  return `\n${lines.join("")}`;
}

/** Characters a literal block can hold as they are. */
const PRINTABLE = /^[\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;

function text(content: string, indent: number): string {
  const isBlock = content.includes("\n") && PRINTABLE.test(content) && !/^[ \n]/.test(content);
  if (!isBlock) return quoted(content);
  const [body] = /^[\s\S]*?(?=\n*$)/.exec(content)!;
  const trailing = content.length - body.length;
  const pad = " ".repeat(Math.max(indent, 2));
  const lines = body.split("\n").map((line) => (line === "" ? "" : pad + line));
  return `${blockMark(trailing)}\n${lines.join("\n")}${"\n".repeat(Math.max(0, trailing - 1))}`;
}

/** What becomes of the newlines at the end: none, one, or all of them stay. */
function blockMark(trailing: number): string {
  if (trailing === 0) return "|-";
  return trailing === 1 ? "|" : "|+";
}

const quoted = (content: string): string =>
  JSON.stringify(content).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
