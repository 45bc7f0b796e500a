import { prepareDeflate } from "../../../src/deflate/deflate-bytes.ts";
import { deflateBytesOptions } from "../../../src/deflate/levels.ts";
import { dice, KINDS, MAX_BYTES, WINDOW_BYTES } from "./data.ts";
import type { Packed } from "./inflaters.ts";

export const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

const kinds = Object.keys(KINDS);
/** Lengths up to these; the last are exact ones, where something ends. */
const LENGTHS = [5, 300, 70_000, MAX_BYTES];
const EXACT_LENGTHS = [0xffff, 0x10000, MAX_BYTES - 1, MAX_BYTES];
const BEFORES = [0, 1, 3, 4, 1000, WINDOW_BYTES - 1, WINDOW_BYTES];

/** Something to deflate, and how. */
export interface DeflateCase {
  readonly level: number;
  readonly before: Buffer;
  readonly data: Buffer;
  readonly description: string;
}

/** A case drawn by lot; the same for the same seed. */
export function drawCase(seed: number): DeflateCase {
  const next = dice(Math.imul(seed, 0x9e3779b1));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const level = pick(LEVELS);
  const kind = pick(kinds);
  const length = next() < 0.25 ? pick(EXACT_LENGTHS) : Math.floor(next() * (pick(LENGTHS) + 1));
  const all = KINDS[kind]!(pick(BEFORES) + length, next);
  const data = all.subarray(Math.max(0, all.length - length));
  const before = all.subarray(0, all.length - data.length);
  const description = `${data.length} bytes of "${kind}" after ${before.length}, at level ${level}`;
  return { level, before, data, description };
}

const deflaters = LEVELS.map((level) => prepareDeflate(deflateBytesOptions(level)));

/** The deflate of ours, with what it made before still in its memory. */
export function deflated({ level, before, data }: Omit<DeflateCase, "description">): Packed {
  return { bytes: Buffer.from(deflaters[level - 1]!(data, before)), before };
}

/** More than what does not compress becomes. */
export function mostBytes(length: number): number {
  return length + 16 + 6 * Math.ceil(length / 8192);
}
