import type { TokenKind } from "../token.ts";
import { type Tokens } from "../token.ts";

/** Growing parallel arrays of tokens; `truncate` removes tokens when the scanner has to read a stretch again. */
export class TokenBuffer implements Tokens {
  count = 0;
  isTailLost = false;
  kinds: Uint8Array;
  starts: Uint32Array;
  ends: Uint32Array;

  constructor(textLength: number) {
    const capacity = (textLength >> 2) + 64;
    this.kinds = new Uint8Array(capacity);
    this.starts = new Uint32Array(capacity);
    this.ends = new Uint32Array(capacity);
  }

  push(kind: TokenKind, start: number, end: number): void {
    const index = this.count;
    if (index === this.kinds.length) this.grow();
    this.kinds[index] = kind;
    this.starts[index] = start;
    this.ends[index] = end;
    this.count = index + 1;
  }

  truncate(count: number): void {
    this.count = count;
  }

  private grow(): void {
    const capacity = this.kinds.length * 2;
    const kinds = new Uint8Array(capacity);
    const starts = new Uint32Array(capacity);
    const ends = new Uint32Array(capacity);
    kinds.set(this.kinds);
    starts.set(this.starts);
    ends.set(this.ends);
    this.kinds = kinds;
    this.starts = starts;
    this.ends = ends;
  }
}
