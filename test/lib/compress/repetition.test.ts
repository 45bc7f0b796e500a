import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { repeatedShare } from "../../../src/lib/compress/repetition.ts";

const WINDOW_BYTES = 32 * 1024;
const SIZE = 4 * WINDOW_BYTES;

/** Noise, of which `share` was copied from `distance` bytes before, `length` bytes at a time. */
function noiseWithCopies(share: number, distance: number, length: number): Buffer {
  const data = randomBytes(SIZE);
  for (let place = distance; place < SIZE; place += Math.round(length / share))
    data.copy(data, place, place - distance, place - distance + length);
  return data;
}

const judged = (data: Buffer): number => repeatedShare(data, SIZE - WINDOW_BYTES, SIZE);

describe("repeatedShare", () => {
  it("is next to nothing for noise", () => expect(judged(randomBytes(SIZE))).toBeLessThan(0.01));

  it.each([
    [100, 50],
    [1_000, 200],
    [31_000, 2_000],
    [WINDOW_BYTES, 500],
  ])("is about a quarter where a quarter was copied from %i bytes before, %i at a time", (distance, length) => {
    const share = judged(noiseWithCopies(0.25, distance, length));
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.4);
  });

  it("does not count what is farther away than a window", () => {
    expect(judged(noiseWithCopies(0.25, WINDOW_BYTES + 200, 500))).toBeLessThan(0.01);
  });

  it("is about 1 where everything repeats, however often", () => {
    const few = Buffer.from(Array.from({ length: SIZE }, (_, index) => (index * 167) & 0xff));
    expect(judged(few)).toBeGreaterThan(0.9);
    const long = randomBytes(20_001);
    expect(judged(Buffer.concat(Array.from({ length: 7 }, () => long)))).toBeGreaterThan(0.9);
  });
});
