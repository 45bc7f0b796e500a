import { add } from "./counters";
import { LENGTH_COUNTS, STARTS, SORTED, TREE } from "./layout";

/**
 * Huffman codes of limited length, from counts of symbols. The lengths are those of A. Moffat and J. Katajainen,
 * "In-place calculation of minimum-redundancy codes" (1995); codes that come out too long are shortened at the expense
 * of others.
 */

/** RFC 1951, 3.2.7. */
export const CODE_BITS_MAX: u32 = 15;
const SYMBOL_BITS: u32 = 9;
const SYMBOL_MASK: u32 = (1 << SYMBOL_BITS) - 1;

/** Sets the code length of each of `size` symbols at `lengths`, no longer than `limit`; 0 where it does not occur. */
export function makeLengths(counts: usize, size: u32, limit: u32, lengths: usize): void {
  memory.fill(lengths, 0, size);
  let used: u32 = 0;
  let countMax: u32 = 0;
  for (let symbol: u32 = 0; symbol < size; symbol++) {
    const count = load<u32>(counts + 4 * symbol);
    countMax = max(countMax, count);
    if (count > 0) store<u32>(SORTED + 4 * used++, (count << SYMBOL_BITS) | symbol);
  }
  if (used < 2) return completeCode(used, lengths);
  sort(used, countMax);
  makeDepths(used);
  countDepths(used, limit);
  // The rarest get the longest.
  let index: i32 = 0;
  for (let length = limit; length > 0; length--) {
    for (let left = load<u32>(LENGTH_COUNTS + 4 * length); left > 0; left--)
      store<u8>(lengths + (sortedAt(index++) & SYMBOL_MASK), length);
  }
}

/** A code of one symbol has another that is never used: some readers refuse an incomplete one. */
function completeCode(used: u32, lengths: usize): void {
  const symbol = used === 0 ? 0 : load<u32>(SORTED) & SYMBOL_MASK;
  store<u8>(lengths + symbol, 1);
  store<u8>(lengths + (symbol === 0 ? 1 : 0), 1);
}

function sortedAt(index: i32): u32 {
  return load<u32>(SORTED + 4 * index);
}

/** By count, the rarest first, byte by byte of the counts (a radix sort). */
function sort(used: u32, countMax: u32): void {
  let from: usize = SORTED;
  let to: usize = TREE;
  for (let shift = SYMBOL_BITS; countMax >> (shift - SYMBOL_BITS) > 0; shift += 8) {
    memory.fill(STARTS, 0, 4 * 257);
    for (let entry = from; entry < from + 4 * used; entry += 4) add(STARTS + 4 * (byteOf(entry, shift) + 1), 1);
    for (let place = STARTS; place < STARTS + 4 * 255; place += 4) add(place + 4, load<u32>(place));
    for (let entry = from; entry < from + 4 * used; entry += 4) {
      const place: usize = STARTS + 4 * byteOf(entry, shift);
      store<u32>(to + 4 * load<u32>(place), load<u32>(entry));
      add(place, 1);
    }
    const sorted = to;
    to = from;
    from = sorted;
  }
  if (from !== SORTED) memory.copy(SORTED, from, 4 * used);
}

function byteOf(entry: usize, shift: u32): u32 {
  return (load<u32>(entry) >> shift) & 0xff;
}

function treeAt(index: i32): u32 {
  return load<u32>(TREE + 4 * index);
}

function setTree(index: i32, value: u32): void {
  store<u32>(TREE + 4 * index, value);
}

/**
 * Moffat and Katajainen: counts become parents, these the depths of inner nodes, and these the depths of the leaves.
 */
function makeDepths(used: i32): void {
  for (let index: i32 = 0; index < used; index++) setTree(index, sortedAt(index) >> SYMBOL_BITS);
  let leaf: i32 = 0;
  let root: i32 = 0;
  for (let node: i32 = 0; node < used - 1; node++) {
    let sum: u32 = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf >= used || (root < node && treeAt(root) < treeAt(leaf))) {
        sum += treeAt(root);
        setTree(root++, node);
      } else {
        sum += treeAt(leaf++);
      }
    }
    setTree(node, sum);
  }
  setTree(used - 2, 0);
  for (let node = used - 3; node >= 0; node--) setTree(node, treeAt(treeAt(node)) + 1);
  let open: i32 = 1;
  let inner = used - 2;
  let next = used - 1;
  for (let depth: u32 = 0; open > 0; depth++) {
    let branches: i32 = 0;
    for (; inner >= 0 && treeAt(inner) === depth; inner--) branches++;
    for (; open > branches; open--) setTree(next--, depth);
    open = 2 * branches;
  }
}

/** How many codes have each length; where some are too long, others are lengthened until the code is complete again. */
function countDepths(used: i32, limit: u32): void {
  memory.fill(LENGTH_COUNTS, 0, 4 * (limit + 1));
  /** How many of the 2^limit codes of the greatest length are taken. */
  let taken: u32 = 0;
  for (let index: i32 = 0; index < used; index++) {
    const depth = min(treeAt(index), limit);
    add(LENGTH_COUNTS + 4 * depth, 1);
    taken += 1 << (limit - depth);
  }
  for (; taken > 1 << limit; taken--) {
    let length = limit - 1;
    while (load<u32>(LENGTH_COUNTS + 4 * length) === 0) length--;
    add(LENGTH_COUNTS + 4 * limit, -1);
    add(LENGTH_COUNTS + 4 * length, -1);
    add(LENGTH_COUNTS + 4 * (length + 1), 2);
  }
}

/** RFC 1951, 3.2.2: codes of one length follow each other; bits of a code go to the output from its first one on. */
export function makeCodes(lengths: usize, size: u32, codes: usize): void {
  memory.fill(LENGTH_COUNTS, 0, 4 * (CODE_BITS_MAX + 1));
  for (let symbol: u32 = 0; symbol < size; symbol++) add(LENGTH_COUNTS + 4 * load<u8>(lengths + symbol), 1);
  // The first code of each length takes the place of their number.
  let code: u32 = 0;
  store<u32>(LENGTH_COUNTS, 0);
  for (let length: u32 = 1; length <= CODE_BITS_MAX; length++) {
    const count = load<u32>(LENGTH_COUNTS + 4 * length);
    store<u32>(LENGTH_COUNTS + 4 * length, code);
    code = (code + count) << 1;
  }
  for (let symbol: u32 = 0; symbol < size; symbol++) {
    const length: u32 = load<u8>(lengths + symbol);
    if (length === 0) continue;
    const next: usize = LENGTH_COUNTS + 4 * length;
    store<u32>(codes + 4 * symbol, ((reverse(load<u32>(next)) >> (16 - length)) << 8) | length);
    add(next, 1);
  }
}

/** The 16 bits from the last to the first. */
function reverse(bits: u32): u32 {
  bits = ((bits & 0x5555) << 1) | ((bits >> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >> 4) & 0x0f0f);
  return ((bits & 0x00ff) << 8) | (bits >> 8);
}
