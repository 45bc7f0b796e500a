import type { Diagnostic } from "../diagnostic.ts";
import * as messages from "../messages/json-messages.ts";
import { nestingTooDeep } from "../messages/expression-messages.ts";
import type { SourceFile, SourceRange } from "../source.ts";
import type { JsonNode, JsonProperty } from "./json.ts";
import { readJsonString } from "./read-json-string.ts";

/** Half of what native syntax allows: a JSON string may contain a template with its own nesting. */
const MAX_NESTING = 125;

/** Reads one JSON text by the grammar of RFC 8259, goes on after mistakes, and notes all of them. */
export class JsonParser {
  readonly diagnostics: Diagnostic[] = [];
  private readonly file: SourceFile;
  private readonly text: string;
  private position = 0;
  private depth = 0;
  /** Brackets do not match: reported once, since later problems follow from it. */
  private isUnbalanced = false;

  constructor(file: SourceFile) {
    this.file = file;
    this.text = file.text;
  }

  /** `JSON-text = ws value ws` */
  parse(): JsonNode {
    const root = this.parseValue();
    this.skipBlank();
    if (this.position < this.text.length && !this.isUnbalanced) {
      this.report(messages.extraAfterJson(this.range(this.position, this.position + 1)));
    }
    return root;
  }

  private parseValue(): JsonNode {
    this.skipBlank();
    const start = this.position;
    switch (this.text[start]) {
      case "{":
        return this.nested(start, () => this.parseObject(start));
      case "[":
        return this.nested(start, () => this.parseArray(start));
      case '"': {
        const value = this.parseString();
        return { kind: "string", value, range: this.range(start, this.position) };
      }
      case "'":
        return this.parseForeignString(start);
      default:
        return this.parseWord(start);
    }
  }

  private nested(start: number, parse: () => JsonNode): JsonNode {
    if (this.depth < MAX_NESTING) {
      this.depth++;
      const node = parse();
      this.depth--;
      return node;
    }
    this.report(nestingTooDeep(MAX_NESTING, this.range(start, start + 1)));
    this.skipBracket();
    if (this.position === this.text.length) this.isUnbalanced = true;
    return { kind: "error", range: this.range(start, this.position) };
  }

  /** `object = "{" (member ("," member)*)? "}"` */
  private parseObject(start: number): JsonNode {
    const properties: JsonProperty[] = [];
    this.position++;
    this.parseMembers(start, "}", "property", () => {
      const property = this.parseProperty();
      if (property !== undefined) properties.push(property);
      return property !== undefined;
    });
    return { kind: "object", properties, range: this.range(start, this.position) };
  }

  /** `array = "[" (value ("," value)*)? "]"` */
  private parseArray(start: number): JsonNode {
    const items: JsonNode[] = [];
    this.position++;
    this.parseMembers(start, "]", "item", () => {
      const before = this.position;
      items.push(this.parseValue());
      return this.position > before;
    });
    return { kind: "array", items, range: this.range(start, this.position) };
  }

  /** Members and the commas between them up to the closing bracket. `parseMember` returns whether it made progress. */
  private parseMembers(open: number, close: "}" | "]", what: "property" | "item", parseMember: () => boolean): void {
    let end = this.position;
    let comma: SourceRange | undefined;
    let isFirst = true;
    for (;;) {
      this.skipBlank();
      const next = this.text[this.position];
      if (next === close) {
        if (comma !== undefined) this.report(messages.trailingComma(what, comma));
        this.position++;
        return;
      }
      if (next === undefined || next === "}" || next === "]") {
        if (!this.isUnbalanced) this.report(messages.unclosedJson(close, this.range(open, open + 1), next));
        this.isUnbalanced = true;
        return;
      }
      if (!isFirst && comma === undefined) this.report(messages.missingJsonComma(what, this.range(end, end)));
      if (next === ",") {
        this.report(messages.missingJsonValue(this.range(this.position, this.position + 1)));
        this.position++;
        comma = undefined;
        isFirst = true;
        continue;
      }
      if (!parseMember()) this.skipStray(what);
      isFirst = false;
      end = this.position;
      comma = this.acceptComma();
    }
  }

  /** What cannot begin a member is reported once and passed over, up to where something can begin again. */
  private skipStray(what: "property" | "item"): void {
    const start = this.position;
    while (this.position < this.text.length && !/[\s,\]}"]/.test(this.text[this.position]!)) this.position++;
    this.position = Math.max(this.position, start + 1);
    this.report(messages.strayInJson(this.text.slice(start, this.position), what, this.range(start, this.position)));
  }

  private acceptComma(): SourceRange | undefined {
    this.skipBlank();
    if (this.text[this.position] !== ",") return undefined;
    this.position++;
    return this.range(this.position - 1, this.position);
  }

  /** `member = string ":" value` */
  private parseProperty(): JsonProperty | undefined {
    const start = this.position;
    const name = this.parseName();
    if (name === undefined) return undefined;
    const nameRange = this.range(start, this.position);
    this.skipBlank();
    const separator = this.text[this.position];
    if (separator === ":") this.position++;
    else if (separator === "=") {
      this.report(messages.equalsInJson(this.range(this.position, this.position + 1)));
      this.position++;
    } else this.report(messages.missingColon(name, nameRange));
    this.skipBlank();
    const next = this.text[this.position];
    if (separator !== ":" && separator !== "=" && (next === "," || next === "}")) {
      return { name, nameRange, value: { kind: "error", range: nameRange }, range: nameRange };
    }
    const value = this.parseValue();
    return { name, nameRange, value, range: this.range(start, this.position) };
  }

  private parseName(): string | undefined {
    const start = this.position;
    if (this.text[start] === '"') return this.parseString();
    if (this.text[start] === "'") {
      const node = this.parseForeignString(start);
      return node.kind === "string" ? node.value : undefined;
    }
    const name = wordAt(this.text, start);
    if (name === "") return undefined;
    this.position += name.length;
    this.report(messages.unquotedName(name, this.range(start, this.position)));
    return name;
  }

  private parseString(): string {
    const { value, end } = readJsonString(this.file, this.position, (found) => this.report(found));
    this.position = end;
    return value;
  }

  private parseForeignString(start: number): JsonNode {
    let end = start + 1;
    while (end < this.text.length && this.text[end] !== "'" && this.text[end] !== "\n") end++;
    const isClosed = this.text[end] === "'";
    this.position = isClosed ? end + 1 : end;
    const range = this.range(start, this.position);
    this.report(messages.singleQuotesInJson(range));
    return { kind: "string", value: this.text.slice(start + 1, end), range };
  }

  /** `number`, `true`, `false`, `null`, or a word that is none of them. */
  private parseWord(start: number): JsonNode {
    const number = numberAt(this.text, start);
    const word = number ?? wordAt(this.text, start);
    this.position = start + word.length;
    const range = this.range(start, this.position);
    if (number !== undefined && wordAt(this.text, this.position) === "") return { kind: "number", text: number, range };
    if (word === "true" || word === "false") return { kind: "boolean", value: word === "true", range };
    if (word === "null") return { kind: "null", range };
    return this.invalidWord(start);
  }

  private invalidWord(start: number): JsonNode {
    let end = start;
    while (end < this.text.length && !/[\s,\]}{["]/.test(this.text[end]!)) end++;
    this.position = end;
    const range = this.range(start, Math.max(end, Math.min(start + 1, this.text.length)));
    this.report(messages.invalidJsonValue(this.text.slice(start, end), range));
    return { kind: "error", range };
  }

  /** White space; comments, which JSON has none of, are reported and skipped too. */
  private skipBlank(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code === 32 || code === 10 || code === 13 || code === 9) this.position++;
      else if (code === 35 || (code === 47 && /[/*]/.test(this.text[this.position + 1] ?? ""))) this.skipComment();
      else return;
    }
  }

  private skipComment(): void {
    const start = this.position;
    this.position = this.text.startsWith("/*", start) ? this.endAfter("*/") : this.endBefore("\n");
    this.report(messages.commentInJson(this.range(start, this.position)));
  }

  /** Where the next `sign` begins, or the text ends. */
  private endBefore(sign: string): number {
    const found = this.text.indexOf(sign, this.position + 1);
    return found === -1 ? this.text.length : found;
  }

  private endAfter(sign: string): number {
    return Math.min(this.endBefore(sign) + sign.length, this.text.length);
  }

  /** Over one bracket with all it holds, without recursion. */
  private skipBracket(): void {
    let depth = 0;
    while (this.position < this.text.length) {
      const character = this.text[this.position++];
      if (character === "{" || character === "[") depth++;
      if (character === "}" || character === "]") depth--;
      if (character === '"') this.position = stringEnd(this.text, this.position);
      if (depth === 0) return;
    }
  }

  private report(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic);
  }

  private range(start: number, end: number): SourceRange {
    return { file: this.file, start, end };
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[\p{L}\p{N}_.+-]+/uy;

function numberAt(text: string, position: number): string | undefined {
  NUMBER.lastIndex = position;
  return NUMBER.exec(text)?.[0];
}

function wordAt(text: string, position: number): string {
  WORD.lastIndex = position;
  return WORD.exec(text)?.[0] ?? "";
}

/** The offset after the closing quote of the string whose text begins at `position`. */
function stringEnd(text: string, position: number): number {
  for (let index = position; index < text.length; index++) {
    const character = text[index];
    if (character === "\\") index++;
    else if (character === '"' || character === "\n") return index + 1;
  }
  return text.length;
}
