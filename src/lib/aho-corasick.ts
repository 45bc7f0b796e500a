/**
 * Finds all occurrences of many texts in one pass (Aho and Corasick, "Efficient string matching", CACM 18(6), 1975).
 * Works on UTF-16 code units. The trie lives in typed arrays, so that a hundred thousand units cost a few megabytes.
 */
export interface TextMatcher {
  /**
   * Calls `onMatch(start, end)` for each end position at which a pattern ends, with the longest one that does. Returns
   * which pattern the end of the text could begin.
   */
  scan(text: string, onMatch: (start: number, end: number) => void): Unfinished;
}

/** The longest proper beginning of a pattern the text ends with. */
interface Unfinished {
  /** In code units; 0 when there is none. */
  readonly length: number;
  /** Length of the shortest pattern that begins with it. */
  readonly shortestPattern: number;
}

const NONE = 0;

export function createTextMatcher(patterns: readonly string[]): TextMatcher {
  const trie = new Trie(patterns.reduce((sum, pattern) => sum + pattern.length, 1));
  for (const pattern of patterns) trie.insert(pattern);
  trie.link();
  return { scan: (text, onMatch) => trie.scan(text, onMatch) };
}

/** Node 0 is the root. Children of a node are a linked list (nearly all have one); those of the root, a table. */
class Trie {
  readonly #rootChildren = new Int32Array(65536);
  readonly #unit: Uint16Array;
  readonly #firstChild: Int32Array;
  readonly #sibling: Int32Array;
  /** The node of the longest proper suffix that is in the trie. */
  readonly #fallback: Int32Array;
  readonly #depth: Int32Array;
  /** Length of the longest pattern that ends at this node. */
  readonly #longest: Int32Array;
  readonly #shortestThrough: Int32Array;
  #nodes = 1;

  constructor(capacity: number) {
    this.#unit = new Uint16Array(capacity);
    this.#firstChild = new Int32Array(capacity);
    this.#sibling = new Int32Array(capacity);
    this.#fallback = new Int32Array(capacity);
    this.#depth = new Int32Array(capacity);
    this.#longest = new Int32Array(capacity);
    this.#shortestThrough = new Int32Array(capacity);
  }

  insert(pattern: string): void {
    let node = 0;
    for (let index = 0; index < pattern.length; index++) {
      const unit = pattern.charCodeAt(index);
      node = this.#child(node, unit) || this.#addChild(node, unit);
      // 0 where there is none yet.
      const known = this.#shortestThrough[node]! || pattern.length;
      this.#shortestThrough[node] = Math.min(known, pattern.length);
    }
    this.#longest[node] = pattern.length;
  }

  /** Breadth first, because a node's fallback is computed from those of shallower nodes. */
  link(): void {
    const queue: number[] = [];
    for (const child of this.#rootChildren) if (child !== NONE) queue.push(child);
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at]!;
      for (let child = this.#firstChild[node]!; child !== NONE; child = this.#sibling[child]!) {
        const fallback = this.#next(this.#fallback[node]!, this.#unit[child]!);
        this.#fallback[child] = fallback;
        this.#longest[child] = this.#longest[child]! || this.#longest[fallback]!;
        queue.push(child);
      }
    }
  }

  scan(text: string, onMatch: (start: number, end: number) => void): Unfinished {
    let node = 0;
    for (let index = 0; index < text.length; index++) {
      node = node === 0 ? this.#rootChildren[text.charCodeAt(index)]! : this.#next(node, text.charCodeAt(index));
      const length = this.#longest[node]!;
      if (length > 0) onMatch(index + 1 - length, index + 1);
    }
    // A whole pattern that is the beginning of no other is finished; its suffixes may still begin one.
    while (node !== 0 && this.#firstChild[node] === NONE && this.#depth[node]! > 1) node = this.#fallback[node]!;
    return { length: this.#depth[node]!, shortestPattern: this.#shortestThrough[node]! };
  }

  #next(from: number, unit: number): number {
    for (let node = from; node !== 0; node = this.#fallback[node]!) {
      const child = this.#child(node, unit);
      if (child !== NONE) return child;
    }
    return this.#rootChildren[unit]!;
  }

  #child(node: number, unit: number): number {
    if (node === 0) return this.#rootChildren[unit]!;
    let child = this.#firstChild[node]!;
    while (child !== NONE && this.#unit[child] !== unit) child = this.#sibling[child]!;
    return child;
  }

  #addChild(node: number, unit: number): number {
    const child = this.#nodes++;
    this.#unit[child] = unit;
    this.#depth[child] = this.#depth[node]! + 1;
    if (node === 0) this.#rootChildren[unit] = child;
    else {
      this.#sibling[child] = this.#firstChild[node]!;
      this.#firstChild[node] = child;
    }
    return child;
  }
}
