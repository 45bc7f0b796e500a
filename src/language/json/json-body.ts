import { ownEntry } from "../../lib/own-entry.ts";
import type { Attribute, Block, Body, Expression, Label, ObjectItem } from "../ast.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { limitDiagnostics } from "../limit-diagnostics.ts";
import { duplicateArgument } from "../messages/body-messages.ts";
import { bodyNotAnObject, labelsExpected } from "../messages/json-messages.ts";
import { parseTemplateIn, type ParsedBody } from "../parse.ts";
import type { SourceFile, SourceRange } from "../source.ts";
import { JsonParser } from "./json-parser.ts";
import { viewOfJsonString } from "./json-string.ts";
import type { JsonNode, JsonObject, JsonProperty } from "./json.ts";
import { duplicatesIn } from "./parse-json.ts";

/** Which properties of a JSON object are blocks; all others are arguments. JSON itself cannot tell. */
export interface BodySchema {
  readonly blocks: Readonly<Record<string, BlockSchema>>;
}
export interface BlockSchema {
  /** What each label stands for, e.g. `["type", "name"]`; used in messages. */
  readonly labels: readonly string[];
  /** The blocks within; none if left out. */
  readonly body?: BodySchema | undefined;
}

/**
 * Parses a file of HCL JSON syntax into the tree native syntax gives. Strings are templates; a property named `//` is a
 * comment. Source: json/spec.md of hashicorp/hcl v2 (MPL-2.0; facts only).
 */
export function parseJsonBody(file: SourceFile, schema: BodySchema): ParsedBody {
  return parseWith(readTemplate, file, schema);
}

/** Parses a JSON file of values: strings are what they say, `${` and all. */
export function parseJsonValues(file: SourceFile): ParsedBody {
  return parseWith(readLiteral, file, { blocks: {} });
}

function parseWith(readString: ReadString, file: SourceFile, schema: BodySchema): ParsedBody {
  const parser = new JsonParser(file);
  const root = parser.parse();
  const diagnostics = [...parser.diagnostics];
  const body = jsonToBody(root, schema, { readString, diagnostics });
  return { body, diagnostics: limitDiagnostics(diagnostics) };
}

/** How a file is read, and what was found. */
interface Reading {
  readonly readString: ReadString;
  readonly diagnostics: Diagnostic[];
}

/** Makes an expression of a string; its range is with the quotes. */
type ReadString = (text: string, range: SourceRange, diagnostics: Diagnostic[]) => Expression;

/** Reads a JSON value as a body: an object, or an array of objects taken together. */
function jsonToBody(node: JsonNode, schema: BodySchema, reading: Reading): Body {
  const reader = new BodyReader(schema, reading);
  for (const object of objectsIn(node, "The content of a template", reading.diagnostics)) reader.add(object);
  const end = Math.max(node.range.start, node.range.end - 1);
  return {
    kind: "body",
    attributes: reader.attributes,
    blocks: reader.blocks,
    range: node.range,
    endRange: { ...node.range, start: end, end },
  };
}

/** Reads a JSON value as an expression: strings as `reading` says, everything else as the literal it is. */
function jsonToExpression(node: JsonNode, reading: Reading): Expression {
  const { range } = node;
  switch (node.kind) {
    case "string":
      return reading.readString(node.value, range, reading.diagnostics);
    case "number":
      return { kind: "literal", value: { type: "number", text: node.text }, range };
    case "boolean":
      return { kind: "literal", value: { type: "bool", value: node.value }, range };
    case "null":
      return { kind: "literal", value: { type: "null" }, range };
    case "array":
      return { kind: "tuple", items: node.items.map((item) => jsonToExpression(item, reading)), range };
    case "object":
      reading.diagnostics.push(...duplicatesIn(node, "error"));
      return { kind: "object", items: node.properties.map((property) => toItem(property, reading)), range };
    case "error":
      return { kind: "error", range };
  }
}

function toItem({ name, nameRange, value, range }: JsonProperty, reading: Reading): ObjectItem {
  const key = reading.readString(name, nameRange, reading.diagnostics);
  return { key, value: jsonToExpression(value, reading), range };
}

function readLiteral(text: string, range: SourceRange): Expression {
  return { kind: "template", heredoc: false, parts: [{ kind: "text", text, range }], range };
}

function readTemplate(_text: string, range: SourceRange, diagnostics: Diagnostic[]): Expression {
  const parsed = parseTemplateIn(viewOfJsonString(range));
  diagnostics.push(...parsed.diagnostics);
  return { ...parsed.expression, range };
}

/** Collects the arguments and blocks of one body from the objects it consists of. */
class BodyReader {
  readonly attributes: Attribute[] = [];
  readonly blocks: Block[] = [];
  private readonly seen = new Map<string, SourceRange>();
  private readonly schema: BodySchema;
  private readonly reading: Reading;
  private readonly diagnostics: Diagnostic[];

  constructor(schema: BodySchema, reading: Reading) {
    this.schema = schema;
    this.reading = reading;
    this.diagnostics = reading.diagnostics;
  }

  add(object: JsonObject): void {
    for (const property of object.properties) {
      if (property.name === "//") continue;
      const block = ownEntry(this.schema.blocks, property.name);
      if (block === undefined) this.addAttribute(property);
      else this.addBlocks(property, block, property.value, []);
    }
  }

  private addAttribute({ name, nameRange, value, range }: JsonProperty): void {
    const first = this.seen.get(name);
    if (first !== undefined) {
      this.diagnostics.push(duplicateArgument(name, nameRange, first));
      return;
    }
    this.seen.set(name, nameRange);
    this.attributes.push({
      kind: "attribute",
      name,
      nameRange,
      expression: jsonToExpression(value, this.reading),
      range,
    });
  }

  /** One level of objects per label, then the body; at each level an array gives several. `null` gives none. */
  private addBlocks(property: JsonProperty, schema: BlockSchema, value: JsonNode, labels: readonly Label[]): void {
    if (value.kind === "null" || value.kind === "error") return;
    const missing = schema.labels[labels.length];
    if (missing === undefined) {
      for (const body of severalIn(value)) this.addBlock(property, schema, body, labels);
      return;
    }
    if (value.kind !== "object" && value.kind !== "array") {
      this.diagnostics.push(labelsExpected(property.name, missing, value.range));
      return;
    }
    for (const object of objectsIn(value, `The block "${property.name}"`, this.diagnostics)) {
      for (const { name, nameRange, value: inner } of object.properties) {
        if (name !== "//") this.addBlocks(property, schema, inner, [...labels, { value: name, range: nameRange }]);
      }
    }
  }

  private addBlock(property: JsonProperty, schema: BlockSchema, value: JsonNode, labels: readonly Label[]): void {
    if (value.kind === "null" || value.kind === "error") return;
    if (value.kind !== "object") {
      this.diagnostics.push(bodyNotAnObject(`The block "${property.name}"`, value.range));
      return;
    }
    const { name: type, nameRange: typeRange } = property;
    const body = jsonToBody(value, schema.body ?? { blocks: {} }, this.reading);
    const headerRange = labels.at(-1)?.range ?? typeRange;
    this.blocks.push({ kind: "block", type, typeRange, labels, body, range: value.range, headerRange });
  }
}

/** An array stands for several, anything else for one. */
function severalIn(node: JsonNode): readonly JsonNode[] {
  return node.kind === "array" ? node.items : [node];
}

function objectsIn(node: JsonNode, what: string, diagnostics: Diagnostic[]): JsonObject[] {
  return severalIn(node).flatMap((candidate) => {
    if (candidate.kind === "object") return [candidate];
    if (candidate.kind !== "error") diagnostics.push(bodyNotAnObject(what, candidate.range));
    return [];
  });
}
