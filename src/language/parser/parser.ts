import type { Expression } from "../ast.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";
import { rangeIn, type SourceView } from "../source-view.ts";
import { TokenKind, type Tokens } from "../token.ts";

/**
 * How deeply brackets, blocks, operators and directives may nest. Far beyond what people write, and safe for the
 * recursive functions of parser and evaluator on Node's default stack.
 */
export const MAX_NESTING = 250;

/**
 * A cursor over the tokens of one text. Comments are skipped; newlines are seen only where they end something.
 * The grammar itself is in the functions of this folder.
 */
export class Parser {
  readonly view: SourceView;
  readonly text: string;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Whether newlines count: in bodies and objects they do, within other brackets they are blank. */
  newlinesCount = true;
  /** Index of the next token; `peek` moves it over what is to be ignored. */
  index = 0;
  /** Recursion depth of the parser. */
  depth = 0;
  /** Height of the expression parsed last: 1 for a leaf. Loops build deep trees without recursion. */
  height = 0;
  /** Nesting beyond the limit was found and reported. */
  isTooDeep = false;
  /** Offset where the token consumed last ended (newlines and comments aside). */
  lastEnd: number;
  /**
   * The rest of the text was swallowed, which has been reported: brackets missing at its end are not reported again.
   */
  readonly isTailLost: boolean;
  private readonly diagnostics: Diagnostic[];
  private lastReported = -1;
  private readonly lastToken: number;

  private readonly grammar: (parser: Parser) => Expression;

  /**
   * `grammar` parses one expression: passed in, so that the files of the grammar do not import each other in cycles.
   */
  constructor(view: SourceView, tokens: Tokens, diagnostics: Diagnostic[], grammar: (parser: Parser) => Expression) {
    this.view = view;
    this.text = view.text;
    this.kinds = tokens.kinds;
    this.starts = tokens.starts;
    this.ends = tokens.ends;
    this.isTailLost = tokens.isTailLost;
    this.lastToken = tokens.count - 1;
    this.lastEnd = view.start;
    this.diagnostics = diagnostics;
    this.grammar = grammar;
  }

  parseExpression(): Expression {
    return this.grammar(this);
  }

  /** The kind of the next token that matters. */
  peek(): TokenKind {
    const { kinds, newlinesCount } = this;
    let index = this.index;
    let kind = kinds[index]!;
    while (kind === TokenKind.Comment || (kind === TokenKind.Newline && !newlinesCount)) kind = kinds[++index]!;
    this.index = index;
    return kind as TokenKind;
  }

  /** The kind of the token that matters after the next one. */
  peekSecond(): TokenKind {
    this.peek();
    return this.kindAfter(this.index);
  }

  /** The kind of the next token that matters after the token at `index`. */
  kindAfter(index: number): TokenKind {
    const { kinds, newlinesCount } = this;
    let next = Math.min(index + 1, this.lastToken);
    while (kinds[next] === TokenKind.Comment || (kinds[next] === TokenKind.Newline && !newlinesCount)) next++;
    return kinds[next] as TokenKind;
  }

  /** Consumes the next token (call `peek` first). The end of the file is never passed. */
  advance(): void {
    const { index } = this;
    if (this.kinds[index]! > TokenKind.Comment) this.lastEnd = this.ends[index]!;
    if (index < this.lastToken) this.index = index + 1;
  }

  /** Consumes the next token if it is of this kind. */
  accept(kind: TokenKind): boolean {
    if (this.peek() !== kind) return false;
    this.advance();
    return true;
  }

  /** Offset where the next token begins. */
  get start(): number {
    this.peek();
    return this.starts[this.index]!;
  }

  /** The empty range just after the token consumed last: where something is missing. */
  lastEndRange(): SourceRange {
    return this.range(this.lastEnd, this.lastEnd);
  }

  /** The text of the next token. */
  get tokenText(): string {
    this.peek();
    return this.text.slice(this.starts[this.index], this.ends[this.index]);
  }

  isKeyword(word: string): boolean {
    return this.peek() === TokenKind.Identifier && this.tokenText === word;
  }

  range(start: number, end: number): SourceRange {
    return rangeIn(this.view, start, end);
  }

  /** The range of the next token. */
  tokenRange(): SourceRange {
    this.peek();
    return this.range(this.starts[this.index]!, this.ends[this.index]!);
  }

  /** Reports, unless something at the very same token was reported already: one mistake, one message. */
  report(diagnostic: Diagnostic): void {
    if (this.isSilent()) return;
    this.lastReported = this.index;
    this.diagnostics.push(diagnostic);
  }

  /** Reports a problem that does not stop parsing: a problem at the next token is a separate mistake. */
  reportAside(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic);
  }

  /** Whether something at the next token was reported already. */
  isSilent(): boolean {
    const isEnd = this.peek() === TokenKind.EndOfFile;
    return this.lastReported === this.index || (isEnd && this.isTailLost);
  }

  /** Suppresses further reports about the next token. */
  silence(): void {
    this.peek();
    this.lastReported = this.index;
  }

  /** Runs with newlines significant or not, and restores the earlier state. Closing brackets are consumed inside. */
  withNewlines<T>(count: boolean, parse: () => T): T {
    const before = this.newlinesCount;
    this.newlinesCount = count;
    const result = parse();
    this.newlinesCount = before;
    return result;
  }
}
