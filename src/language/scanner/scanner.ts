import type { Diagnostic } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";
import { rangeIn, type SourceView } from "../source-view.ts";
import { ForeignStrings } from "./foreign-string.ts";
import type { Mode } from "./mode.ts";
import { TokenBuffer } from "./token-buffer.ts";

/** How often a stretch may be read again after an unclosed heredoc or interpolation. */
const MAX_REWINDS = 20;
/** In total, no more is read again than the length of the text; a short text may be read again in full each time. */
const MIN_REREAD = 200_000;

/** Where a scan is: its position, the modes it is in, and what it has found so far. */
export class Scanner {
  readonly text: string;
  readonly end: number;
  readonly tokens: TokenBuffer;
  /** With the scanner's position, so that a stretch read again does not report twice. */
  readonly problems: { readonly diagnostic: Diagnostic; readonly position: number }[] = [];
  readonly modes: Mode[] = [];
  readonly foreignStrings: ForeignStrings;
  position: number;
  private rewinds = 0;
  private reread = 0;
  private readonly view: SourceView;

  constructor(view: SourceView) {
    this.view = view;
    this.text = view.text;
    this.position = view.start;
    this.foreignStrings = new ForeignStrings(view.text);
    this.end = view.end;
    this.tokens = new TokenBuffer(view.end - view.start);
  }

  get mode(): Mode | undefined {
    return this.modes[this.modes.length - 1];
  }

  enter(mode: Mode): void {
    this.modes.push(mode);
  }

  leave(): void {
    this.modes.pop();
  }

  report(diagnostic: Diagnostic): void {
    this.problems.push({ diagnostic, position: this.position });
  }

  /** Whether this many characters may be read again in order to recover. */
  mayReread(length: number): boolean {
    this.reread += length;
    return this.rewinds++ < MAX_REWINDS && this.reread <= Math.max(MIN_REREAD, this.end);
  }

  /** Goes back to an earlier state; false when too much has been read again already. */
  rewind(position: number, tokenCount: number, modeCount: number): boolean {
    if (!this.mayReread(this.position - position)) return false;
    while ((this.problems.at(-1)?.position ?? position) > position) this.problems.pop();
    this.tokens.isTailLost = false;
    this.position = position;
    this.tokens.truncate(tokenCount);
    this.modes.length = modeCount;
    return true;
  }

  range(start: number, end: number): SourceRange {
    return rangeIn(this.view, start, end);
  }

  tokenRange(index: number): SourceRange {
    return this.range(this.tokens.starts[index]!, this.tokens.ends[index]!);
  }
}
