import { GoTemplateError } from "./error.ts";
import type { Span } from "./ast.ts";

type ActionTokenKind =
  "text" | "open" | "close" | "space" | "word" | "field" | "variable" | "string" | "number" | "symbol" | "end";

export interface Token extends Span {
  readonly kind: ActionTokenKind;
  readonly text: string;
}

/** Cuts a template into text and the tokens of its actions. Trim markers and comments are already applied. */
export function scan(text: string): readonly Token[] {
  return new ActionScanner(text).run();
}

const WHITE = /[ \t\r\n]/;

class ActionScanner {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #position = 0;
  #trimNext = false;

  constructor(text: string) {
    this.#text = text;
  }

  run(): readonly Token[] {
    while (this.#position < this.#text.length) {
      this.#scanText();
      if (this.#position < this.#text.length) this.#scanAction();
    }
    this.#push("end", this.#position, this.#position);
    return this.#tokens;
  }

  #scanText(): void {
    const open = this.#text.indexOf("{{", this.#position);
    const end = open < 0 ? this.#text.length : open;
    let [start, stop] = [this.#position, end];
    if (this.#trimNext) while (start < stop && WHITE.test(this.#text[start]!)) start++;
    if (open >= 0 && this.#hasLeftTrim(open)) while (stop > start && WHITE.test(this.#text[stop - 1]!)) stop--;
    if (stop > start) this.#push("text", start, stop);
    this.#trimNext = false;
    this.#position = end;
  }

  #hasLeftTrim(open: number): boolean {
    return this.#text[open + 2] === "-" && WHITE.test(this.#text[open + 3] ?? "");
  }

  #scanAction(): void {
    const open = this.#position;
    // `{{`, or `{{-` and a space.
    const isTrimmed = this.#hasLeftTrim(open);
    this.#position += 2 + Number(isTrimmed);
    const content = this.#position + Number(isTrimmed);
    if (this.#text.startsWith("/*", content)) return this.#skipComment(open, content);
    this.#push("open", open, this.#position);
    while (!this.#atClose()) {
      if (this.#position >= this.#text.length) {
        throw new GoTemplateError(`"{{" is not closed: "}}" is missing`, { start: open, end: open + 2 });
      }
      this.#scanToken();
    }
    this.#close();
  }

  #skipComment(open: number, content: number): void {
    const end = this.#text.indexOf("*/", content + 2);
    if (end < 0) throw new GoTemplateError("comment is not closed", { start: open, end: content + 2 });
    this.#position = end + 2;
    if (!this.#atClose()) {
      throw new GoTemplateError("a comment ends before the closing delimiter", { start: open, end: this.#position });
    }
    this.#close(false);
  }

  #atClose(): boolean {
    return this.#text.startsWith("}}", this.#position) || this.#atRightTrim();
  }

  #atRightTrim(): boolean {
    return WHITE.test(this.#text[this.#position] ?? "") && this.#text.startsWith("-}}", this.#position + 1);
  }

  #close(push = true): void {
    this.#trimNext = this.#atRightTrim();
    const end = this.#position + (this.#trimNext ? 4 : 2);
    if (push) this.#push("close", this.#position, end);
    this.#position = end;
  }

  #scanToken(): void {
    const start = this.#position;
    const first = this.#text[start]!;
    if (first === '"' || first === "`" || first === "'") return this.#scanString(first);
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = start;
      const match = pattern.exec(this.#text);
      if (!match) continue;
      this.#position += match[0].length;
      return this.#push(kind, start, this.#position);
    }
    const character = String.fromCodePoint(this.#text.codePointAt(start)!);
    throw new GoTemplateError(`unexpected character "${character}" in a template action`, { start, end: start + 1 });
  }

  #scanString(quote: string): void {
    const start = this.#position;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== quote && (quote === "`" || this.#text[end] !== "\n")) {
      end += quote !== "`" && this.#text[end] === "\\" ? 2 : 1;
    }
    if (this.#text[end] !== quote)
      throw new GoTemplateError("a quoted string is not closed", { start, end: start + 1 });
    this.#position = end + 1;
    this.#push("string", start, this.#position);
  }

  #push(kind: ActionTokenKind, start: number, end: number): void {
    this.#tokens.push({ kind, text: this.#text.slice(start, end), start, end });
  }
}

/** In order of trial. A number may start with a sign or a point, so it comes before symbols and fields. */
const patterns: readonly (readonly [ActionTokenKind, RegExp])[] = [
  ["space", /[ \t\r\n]/y],
  ["number", /[+-]?(?:\d|\.\d)(?:[eE][+-]|[\w.])*/y],
  ["field", /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ["variable", /\$[\p{L}\p{Nd}_]*/uy],
  ["word", /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ["symbol", /:=|[=|(),.]/y],
];
