import { readdirSync, readFileSync } from "node:fs";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deflateBytesOptions, prepareDeflate } from "../../src/deflate/deflate-bytes.ts";

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const MAX_BYTES = 1024 * 1024;
const WINDOW_BYTES = 32 * 1024;
const NOTHING = Buffer.alloc(0);
/** An empty final block with fixed codes. */
const FINAL_BLOCK = Buffer.from([0x03, 0x00]);

const deflaters = LEVELS.map((level) => prepareDeflate(deflateBytesOptions(level)));

function deflated(level: number, data: Uint8Array, before: Uint8Array = NOTHING): Buffer {
  return Buffer.from(deflaters[level - 1]!(data, before));
}

/** What zlib makes of it. */
function inflated(packed: Buffer, before: Buffer): Buffer {
  return inflateRawSync(Buffer.concat([packed, FINAL_BLOCK]), before.length > 0 ? { dictionary: before } : {});
}

/** Numbers from 0 to 1, the same each time. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

function filled(length: number, byteAt: (index: number, made: Buffer) => number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) bytes[index] = byteAt(index, bytes);
  return bytes;
}

const TEXT = Buffer.concat(
  readdirSync("src", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith(".ts") && !entry.name.includes("deflate-code"))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`)),
).subarray(0, MAX_BYTES);
const PROGRAM = readFileSync(process.execPath).subarray(40 * MAX_BYTES, 41 * MAX_BYTES);

/** Data of many kinds: as it comes from programs, and made to meet the corners of the format. */
const KINDS: Readonly<Record<string, (length: number, next: () => number) => Buffer>> = {
  text: (length) => TEXT.subarray(0, length),
  program: (length) => PROGRAM.subarray(0, length),
  "one byte": (length, next) => Buffer.alloc(length, Math.floor(next() * 256)),
  noise: (length, next) => filled(length, () => next() * 256),
  "few symbols": (length, next) => {
    const symbols = 2 + Math.floor(next() * 3);
    return filled(length, () => next() * symbols);
  },
  "a period as long as the window, or about": (length, next) => {
    const period = WINDOW_BYTES - 2 + Math.floor(next() * 5);
    return filled(length, (index, made) => (index < period ? next() * 256 : made[index - period]!));
  },
  // Each symbol twice as frequent as the next one: the code of least redundancy is longer than the format allows.
  "a steep distribution": (length, next) => filled(length, () => Math.min(255, Math.floor(-Math.log2(1 - next())))),
  "stretches of all kinds": (length, next) => {
    let kind = 0;
    let left = 0;
    return filled(length, (index, made) => {
      if (left-- <= 0) [kind, left] = [Math.floor(next() * 3), Math.floor(next() * 3000)];
      if (kind === 0) return next() * 256;
      return kind === 1 ? 0 : (made[index - 100 * (1 + Math.floor(next() * 3))] ?? 1);
    });
  },
};
const kinds = fc.constantFrom(...Object.keys(KINDS));
const lengths = fc.oneof(
  fc.nat(5),
  fc.nat(300),
  fc.nat(70_000),
  fc.constantFrom(0xffff, 0x10000, MAX_BYTES - 1, MAX_BYTES),
);
const befores = fc.constantFrom(0, 1, 3, 4, 1000, WINDOW_BYTES - 1, WINDOW_BYTES);

describe("the deflate of ours", () => {
  it("is inflated by zlib to its input, for data of any kind, and adds next to nothing to what does not compress", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LEVELS),
        kinds,
        lengths,
        befores,
        fc.integer(),
        (level, kind, length, size, seed) => {
          const all = KINDS[kind]!(size + length, dice(seed));
          const before = all.subarray(0, Math.min(size, all.length));
          const data = all.subarray(before.length, before.length + MAX_BYTES);
          const packed = deflated(level, data, before);
          expect(inflated(packed, before).equals(data)).toBe(true);
          expect(packed.length).toBeLessThanOrEqual(data.length + 16 + 6 * Math.ceil(data.length / 8192));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("makes the same of the same, whatever it made before", () => {
    for (const level of LEVELS) {
      const first = prepareDeflate(deflateBytesOptions(level))(PROGRAM.subarray(0, 200_000), NOTHING);
      const expected = Buffer.from(first);
      deflated(level, TEXT);
      expect(deflated(level, PROGRAM.subarray(0, 200_000)).equals(expected)).toBe(true);
    }
  });

  it("finds what is as far back as the format reaches, in what came before as well, and nothing from farther", () => {
    const next = dice(1);
    const once = filled(1000, () => next() * 256);
    const far = Buffer.concat([once, Buffer.alloc(WINDOW_BYTES - once.length)]);
    const tooFar = Buffer.concat([once, Buffer.alloc(WINDOW_BYTES + 1 - once.length)]);
    for (const level of LEVELS) {
      expect(deflated(level, Buffer.concat([far, once])).length).toBeLessThan(1200);
      expect(deflated(level, once, far).length).toBeLessThan(100);
      expect(deflated(level, Buffer.concat([tooFar, once])).length).toBeGreaterThan(2000);
    }
  });

  it("makes less at each level, and at each about as much as zlib or less", () => {
    for (const data of [TEXT, PROGRAM]) {
      const sizes = LEVELS.map((level) => deflated(level, data).length);
      expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
      for (const level of LEVELS) expect(sizes[level - 1]).toBeLessThan(deflateRawSync(data, { level }).length * 1.06);
    }
  });

  it("gives parts with other statistics codes of their own", () => {
    const next = dice(2);
    const few = filled(100_000, () => 97 + next() * 4);
    const others = filled(100_000, () => 200 + next() * 4);
    const apart = deflated(1, few).length + deflated(1, others).length;
    expect(deflated(1, Buffer.concat([few, others])).length).toBeLessThan(apart * 1.01);
  });
});
