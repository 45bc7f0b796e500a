import { codeLengths } from "./code-lengths.ts";
import type { Symbols } from "./move-to-front.ts";

/** So many symbols in a row share a code. */
export const GROUP = 50;
const ROUNDS = 4;

export interface Codes {
  /** Lengths of words, for each code. */
  readonly codes: readonly Uint8Array[];
  /** Which code each group uses. */
  readonly selectors: Uint8Array;
}

/** Several codes, and for each group of symbols the one in which it is shortest: both are made better in turn. */
export function chooseCodes({ symbols, alphabet }: Pick<Symbols, "symbols" | "alphabet">): Codes {
  let codes = firstCodes(symbols, alphabet);
  const selectors = new Uint8Array(Math.ceil(symbols.length / GROUP));
  for (let round = 0; round < ROUNDS; round++) {
    const frequencies = codes.map(() => new Uint32Array(alphabet));
    for (let group = 0; group < selectors.length; group++) {
      const start = group * GROUP;
      const end = Math.min(symbols.length, start + GROUP);
      const best = cheapest(codes, symbols, { start, end });
      selectors[group] = best;
      const counts = frequencies[best]!;
      for (let index = start; index < end; index++) counts[symbols[index]!]!++;
    }
    codes = frequencies.map(codeLengths);
  }
  return { codes, selectors };
}

function cheapest(codes: readonly Uint8Array[], symbols: Uint16Array, { start, end }: Range): number {
  let best = 0;
  let least = Infinity;
  for (let code = 0; code < codes.length; code++) {
    const lengths = codes[code]!;
    let cost = 0;
    for (let index = start; index < end; index++) cost += lengths[symbols[index]!]!;
    if (cost >= least) continue;
    least = cost;
    best = code;
  }
  return best;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** To begin with, each code is for a range of the alphabet, so that all are used about as often. */
function firstCodes(symbols: Uint16Array, alphabet: number): readonly Uint8Array[] {
  const frequencies = new Uint32Array(alphabet);
  for (let index = 0; index < symbols.length; index++) frequencies[symbols[index]!]!++;
  const count = codeCount(symbols.length);
  const codes: Uint8Array[] = [];
  let left = symbols.length;
  let start = 0;
  for (let remaining = count; remaining > 0; remaining--) {
    let end = start;
    for (let sum = 0; end < alphabet && (sum < left / remaining || end === start); end++) sum += frequencies[end]!;
    for (let index = start; index < end; index++) left -= frequencies[index]!;
    codes.push(Uint8Array.from(frequencies, (_, symbol) => (symbol >= start && symbol < end ? 1 : 15)));
    start = end;
  }
  return codes;
}

/** The more symbols, the more codes are worth being written. */
function codeCount(length: number): number {
  if (length < 200) return 2;
  if (length < 600) return 3;
  if (length < 1200) return 4;
  if (length < 2400) return 5;
  return 6;
}
