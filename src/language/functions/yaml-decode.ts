import {
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  parseAllDocuments,
  type Document,
  type ParsedNode,
  type YAMLMap,
} from "yaml";
import { convert } from "../convert.ts";
import { MAX_DATA_DEPTH } from "../from-js.ts";
import { describeType } from "../type.ts";
import { entriesOf, isNull, nullValue, objectValue, STRING, textOf, tupleValue, type Value } from "../value.ts";
import { FunctionError } from "./definition.ts";
import { scalarValue, type Problem } from "./yaml-scalar.ts";

/** @throws FunctionError when the text is not one YAML document of plain values. */
export function decodeYaml(text: string): Value {
  const lines = new LineCounter();
  // Scalars stay texts here: what they mean differs from what the library's schemas say.
  const parsed = parseAllDocuments(text, {
    schema: "failsafe",
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    resolveKnownTags: false,
  });
  const [document, another] = [...(parsed as Iterable<Document.Parsed>)];
  if (!document) throw new FunctionError("it is empty.", 0);
  if (another) throw new FunctionError("it has more than one document.", 0);
  const [error] = document.errors;
  if (error) throw new FunctionError(`it is not valid YAML: ${placeOf(lines, error.pos[0])}: ${error.message}.`, 0);
  return valueOf(document.contents, { document, lines, text, within: new Set(), count: { left: MOST_VALUES } });
}

/** A short text with aliases of aliases can stand for more values than there is memory for. */
const MOST_VALUES = 1_000_000;

interface Reading {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly text: string;
  /** The collections that are being read: an alias within one of them cannot stand for it. */
  readonly within: Set<ParsedNode>;
  readonly count: { left: number };
}

type Node = ParsedNode | null;

function valueOf(node: Node, reading: Reading): Value {
  if (reading.count.left-- === 0) throw new FunctionError(`it stands for more than ${MOST_VALUES} values.`, 0);
  if (!node) return nullValue();
  if (isScalar(node)) return scalarValue(node, problemAt(node, reading), reading.text);
  if (isAlias(node)) return aliasedValue(node, reading);
  const fail = problemAt(node, reading);
  if (reading.within.size > MAX_DATA_DEPTH) throw fail(`it is nested deeper than ${MAX_DATA_DEPTH} levels`);
  checkTag(node, fail);
  reading.within.add(node);
  const value = isMap(node) ? mappingValue(node, reading) : tupleValue(itemsOf(node, reading));
  reading.within.delete(node);
  return value;
}

function itemsOf(node: Extract<ParsedNode, { items: unknown }>, reading: Reading): readonly Value[] {
  return (node.items as readonly Node[]).map((item) => valueOf(item, reading));
}

function aliasedValue(node: Extract<ParsedNode, { source: string; type?: "ALIAS" }>, reading: Reading): Value {
  const fail = problemAt(node, reading);
  const target = isAlias(node) ? (node.resolve(reading.document) as ParsedNode | undefined) : undefined;
  if (!target) throw fail(`there is no anchor "${node.source}" before this alias`);
  if (reading.within.has(target)) throw fail(`the alias "${node.source}" stands inside of what it stands for`);
  return valueOf(target, reading);
}

function checkTag(node: ParsedNode, fail: Problem): void {
  const kind = isMap(node) ? "map" : "seq";
  if (node.tag === undefined || node.tag === `tag:yaml.org,2002:${kind}`) return;
  throw fail(`a ${kind === "map" ? "mapping" : "sequence"} cannot have the tag ${node.tag}`);
}

/** Of equal keys the last one counts, whether it stands there or comes with a merge (`<<`). */
function mappingValue(node: YAMLMap.Parsed, reading: Reading): Value {
  const entries = new Map<string, Value>();
  for (const { key, value } of node.items) {
    const given = valueOf(value, reading);
    if (isMerge(key)) for (const [name, item] of mergedEntries(given, problemAt(key, reading))) entries.set(name, item);
    else entries.set(keyText(key, reading), given);
  }
  return objectValue(entries);
}

const isMerge = (key: Node): key is ParsedNode => isScalar(key) && key.value === "<<" && key.tag === undefined;

function mergedEntries(value: Value, fail: Problem): Iterable<readonly [string, Value]> {
  if (value.type.kind === "object" && !isNull(value)) return entriesOf(value);
  const what = isNull(value) ? "null" : describeType(value.type);
  throw fail(`only a mapping can be merged, not ${what}. Of several, write one << for each`);
}

/** Keys that are not texts are written out, as in JSON. */
function keyText(key: Node, reading: Reading): string {
  const fail = problemAt(key, reading);
  if (key && !isScalar(key) && !isAlias(key)) throw fail("a key of a mapping is not a plain value");
  const value = valueOf(key, reading);
  if (isNull(value)) throw fail("a key of a mapping is null");
  const { value: text } = convert(value, STRING);
  if (text) return textOf(text);
  throw fail("a key of a mapping is not a plain value");
}

const problemAt =
  (node: Node, { lines }: Reading): Problem =>
  (message) =>
    new FunctionError(`${placeOf(lines, node?.range?.[0])}: ${message}.`, 0);

function placeOf(lines: LineCounter, offset = 0): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}
