import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepareDeflate } from "../../src/deflate/deflate-bytes.ts";
import { deflateBytesOptions } from "../../src/deflate/levels.ts";
import { deflated as deflatedCase, drawCase, LEVELS, mostBytes } from "../helper/deflate/cases.ts";
import { dice, filled, PROGRAM, TEXT, WINDOW_BYTES } from "../helper/deflate/data.ts";
import { gunzipped, inflaters } from "../helper/deflate/inflaters.ts";
import { needs } from "../helper/need.ts";

const NOTHING = Buffer.alloc(0);

function deflated(level: number, data: Buffer, before: Buffer = NOTHING): Buffer {
  return deflatedCase({ level, data, before }).bytes;
}

describe("the deflate of ours", () => {
  it("is inflated to its input, for data of any kind, and adds next to nothing to what does not compress", () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 });
    const property = fc.property(seeds, (seed) => {
      const drawn = drawCase(seed);
      const packed = deflatedCase(drawn);
      for (const inflate of Object.values(inflaters)) expect(inflate(packed).equals(drawn.data)).toBe(true);
      expect(packed.bytes.length).toBeLessThanOrEqual(mostBytes(drawn.data.length));
    });
    fc.assert(property, { numRuns: 150 });
  });

  needs("gzip", "gzip")("is inflated by gzip", () => {
    const cases = Array.from({ length: 40 }, (_, seed) => drawCase(seed));
    const packed = cases.map((drawn) => ({ ...deflatedCase(drawn), data: drawn.data }));
    expect(gunzipped(packed).equals(Buffer.concat(cases.flatMap(({ before, data }) => [before, data])))).toBe(true);
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

  it("makes at the last level no more than zlib or than the level before it, of what either is better at", () => {
    const next = dice(3);
    const digits = filled(300_000, () => "0123456789abcdef".charCodeAt(next() * 16));
    const lines = Array.from(
      { length: 9000 },
      (_, line) => `10.0.${line % 17}.1 took ${Math.floor(next() * 5000)} ms\n`,
    );
    for (const data of [digits, Buffer.from(lines.join("")), TEXT, PROGRAM]) {
      const least = Math.min(deflateRawSync(data, { level: 9 }).length, deflated(8, data).length);
      expect(deflated(9, data).length).toBeLessThan(least * 1.002);
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
