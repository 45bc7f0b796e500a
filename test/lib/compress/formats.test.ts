import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync, gunzipSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAtomicFile } from "../../../src/lib/atomic-file.ts";
import { bgzf } from "../../../src/lib/compress/bgzf.ts";
import type { ByteSource } from "../../../src/lib/byte-source.ts";
import { bzip2 } from "../../../src/lib/compress/bzip2.ts";
import { prepareBzip2 } from "../../../src/lib/compress/bzip2/bzip2-stream.ts";
import { createCrc32OfZeros } from "../../../src/lib/compress/crc32-of-zeros.ts";
import { BLOCK_BYTES, deflate } from "../../../src/lib/compress/deflate.ts";
import { compressionFormats, type CompressionName } from "../../../src/lib/compress/formats.ts";
import { gzip } from "../../../src/lib/compress/gzip.ts";
import { lz4, lz4ByProgram } from "../../../src/lib/compress/lz4.ts";
import { PIECE_BYTES, splitIntoExtents } from "../../../src/lib/compress/extents.ts";
import { xz, xzByPackage, xzByProgram, type XzPackage } from "../../../src/lib/compress/xz.ts";
import { zstd, zstdByThreads } from "../../../src/lib/compress/zstd.ts";
import { bunzip2 } from "../../../src/lib/unpack/bunzip2.ts";
import { writeSource } from "../../../src/lib/write-source.ts";
import { lzmaPackage, withLzmaPackage } from "../../helper/lzma-package.ts";
import { needs } from "../../helper/need.ts";

const concurrency = 2;
let directory: string;
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), "imgbuild-test-"))));
afterAll(() => rmSync(directory, { recursive: true }));

/** Text, zeros, noise and a ragged end, over several blocks. */
const MIXED = (() => {
  const noise = Buffer.alloc(BLOCK_BYTES);
  for (let index = 0, state = 1; index < noise.length; index++) noise[index] = state = (state * 48271) % 0x7fffffff;
  const text = Buffer.from("The quick brown fox jumps over the lazy dog.\n".repeat(40_000));
  return Buffer.concat([text, Buffer.alloc(2 * BLOCK_BYTES), noise, text, Buffer.from("end")]);
})();
const mixed = (): Buffer => MIXED;

async function* pieces(data: Buffer, size = 70_001): ByteSource {
  for (let offset = 0; offset < data.length; offset += size) yield data.subarray(offset, offset + size);
}

function repeated(bytes: Buffer, length: number): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(length / bytes.length) }, () => bytes)).subarray(0, length);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

describe("gzip", () => {
  it.each([0, 1, 4, 6, 9])("at level %i gives back what went in", async (level) => {
    const packed = await collect(gzip(pieces(mixed()), { level, concurrency }));
    expect(gunzipSync(packed).equals(mixed())).toBe(true);
  });

  it("gives the same bytes whatever the number of processors and the size of the pieces", async () => {
    const one = await collect(gzip(pieces(mixed()), { level: 4, concurrency: 1 }));
    const four = await collect(gzip(pieces(mixed(), 333_333), { level: 4, concurrency: 4 }));
    expect(four.equals(one)).toBe(true);
  });

  it("writes an empty member for an empty input", async () => {
    expect(gunzipSync(await collect(gzip(pieces(Buffer.alloc(0)), { level: 4, concurrency }))).length).toBe(0);
  });

  it("finds what repeats within the window in data of high entropy", async () => {
    const data = repeated(randomBytes(24_000), 2 * BLOCK_BYTES);
    const packed = await collect(gzip(pieces(data), { level: 3, concurrency }));
    expect(packed.length).toBeLessThan(deflateRawSync(data, { level: 3 }).length * 1.5);
  });

  it("stores noise and costs next to nothing over its size", async () => {
    const noise = mixed().subarray(1_800_000 + 2 * BLOCK_BYTES, 1_800_000 + 3 * BLOCK_BYTES);
    const packed = await collect(gzip(pieces(noise), { level: 4, concurrency }));
    expect(packed.length).toBeLessThan(noise.length * 1.001);
  });
});

describe("bzip2", () => {
  it("comes back for any bytes: few symbols, long runs, what repeats", async () => {
    const symbol = fc.integer({ min: 0, max: 2 });
    const runs = fc.array(fc.tuple(symbol, fc.integer({ min: 1, max: 600 })), { maxLength: 40 });
    const texts = fc.oneof(
      fc.array(symbol, { maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
      runs.map((list) => Buffer.concat(list.map(([byte, length]) => Buffer.alloc(length, byte)))),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 200 }))
        .map(([bytes, times]) => repeated(Buffer.from(bytes), bytes.length * times)),
    );
    const compress = prepareBzip2({ level: 1 });
    await fc.assert(
      fc.asyncProperty(texts, async (data) => {
        const packed = Buffer.from(compress(data, Buffer.alloc(0)));
        expect((await collect(bunzip2(pieces(packed, 4096)))).equals(data)).toBe(true);
      }),
    );
  });

  it("cuts what grows when its runs are counted", async () => {
    const data = repeated(Buffer.from("aaaab"), 400_000);
    const packed = await collect(bzip2(pieces(data), { level: 1, concurrency }));
    expect((await collect(bunzip2(pieces(packed)))).equals(data)).toBe(true);
  });
});

describe("deflate", () => {
  it("inflates to its input for any bytes and any cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 1, max: 997 }), async (bytes, size) => {
        const data = Buffer.from(bytes);
        const packed = await collect(deflate(pieces(data, size), { level: 6, concurrency }));
        expect(inflateRawSync(packed).equals(data)).toBe(true);
      }),
    );
  });
});

describe("formats that standard programs read", () => {
  const formats: [string, string, string, string[], (source: ByteSource) => AsyncIterable<Uint8Array>][] = [
    ["gzip", "gzip", "gzip", ["-dc"], (source) => gzip(source, { level: 6, concurrency })],
    ["bgzf", "gzip", "gzip", ["-dc"], (source) => bgzf(source, { level: 6, concurrency })],
    ["zstd", "zstd", "zstd", ["-dcq"], (source) => zstd(source, { level: 3, concurrency })],
    ["zstd at level 0", "zstd", "zstd", ["-dcq"], (source) => zstd(source, { level: 0, concurrency })],
    ["zstd by WebAssembly", "zstd", "zstd", ["-dcq"], (source) => zstdByThreads(source, { level: 3, concurrency })],
    ["lz4", "lz4", "lz4", ["-dcq"], (source) => lz4(source, { level: 1, concurrency })],
    ["lz4 by its program", "lz4", "lz4", ["-dcq"], lz4ByProgram],
    ["lz4 at level 0", "lz4", "lz4", ["-dcq"], (source) => lz4(source, { level: 0, concurrency })],
    ["xz", "xz", "xz-utils", ["-dc"], (source) => xz(source, { level: 1, concurrency })],
    ["xz by its program", "xz", "xz-utils", ["-dc"], (source) => xzByProgram(source, { level: 1, concurrency })],
    ["bzip2", "bzip2", "bzip2", ["-dc"], (source) => bzip2(source, { level: 1, concurrency })],
    ["bzip2 at level 9", "bzip2", "bzip2", ["-dc"], (source) => bzip2(source, { level: 9, concurrency })],
  ];
  for (const [format, program, debianPackage, args, compress] of formats) {
    needs(program, debianPackage)(`${format} is read by ${program}`, async () => {
      for (const data of [mixed(), Buffer.alloc(0)]) {
        const path = join(directory, `data.${format}`);
        const file = await createAtomicFile(path);
        await writeSource(file.handle, compress(pieces(data)), { signal: new AbortController().signal });
        await file.commit();
        const read = execFileSync(program, args, { input: readFileSync(path), maxBuffer: 64 * 1024 * 1024 });
        expect(read.equals(data)).toBe(true);
      }
    });
  }
});

describe("xz by its package", () => {
  withLzmaPackage("is read by xz, whatever its level", async () => {
    for (const level of [0, 6]) {
      for (const data of [mixed(), Buffer.alloc(0)]) {
        const packed = await collect(xzByPackage(pieces(data), lzmaPackage as XzPackage, { level, concurrency }));
        const read = execFileSync("xz", ["-dc"], { input: packed, maxBuffer: 64 * 1024 * 1024 });
        expect(read.equals(data)).toBe(true);
      }
    }
  });
});

describe("zstd", () => {
  it("stores what does not compress, and all of it at level 0", async () => {
    const noise = mixed().subarray(1_800_000 + 2 * BLOCK_BYTES, 1_800_000 + 3 * BLOCK_BYTES);
    const [packed, stored] = await Promise.all(
      [2, 0].map((level) => collect(zstd(pieces(noise), { level, concurrency }))),
    );
    expect(packed!.equals(stored!)).toBe(true);
    expect(stored!.length).toBe(noise.length + 9 + 3 * (BLOCK_BYTES / (128 * 1024)));
    expect(stored!.includes(noise.subarray(0, 128 * 1024))).toBe(true);
  });

  it("gives the same bytes whatever the number of processors and the size of the pieces", async () => {
    const one = await collect(zstd(pieces(mixed()), { level: 2, concurrency: 1 }));
    const four = await collect(zstd(pieces(mixed(), 333_333), { level: 2, concurrency: 4 }));
    expect(four.equals(one)).toBe(true);
  });
});

describe("the CRC of zeros", () => {
  it("is that of going through them", () => {
    const crc32OfZeros = createCrc32OfZeros();
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.constantFrom(0, 1, 1000, BLOCK_BYTES),
        (before, length) => {
          expect(crc32OfZeros(length, before)).toBe(crc32(Buffer.alloc(length), before));
        },
      ),
    );
  });
});

describe("levels", () => {
  const text = execFileSync(process.execPath, ["--v8-options"]);
  const levels: [CompressionName, number, number][] = [
    ["gz", 1, 9],
    ["bgzf", 1, 9],
    ["bz2", 1, 9],
    ["xz", 0, 9],
    ["zst", 1, 19],
    ["zst", 0, 1],
    ["lz4", 0, 1],
    ["gz", 0, 1],
  ];
  needs("xz", "xz-utils").each(levels)(
    "of %s trade time for size: %i gives more bytes than %i",
    async (name, fast, small) => {
      const data = Buffer.concat(Array.from({ length: 4 }, () => text));
      const sizes = [fast, small].map(async (level) => {
        return (await collect(compressionFormats[name].compress(pieces(data), { level, concurrency }))).length;
      });
      const [large, little] = await Promise.all(sizes);
      expect(little).toBeLessThan(large! * 0.99);
    },
  );
});

describe("splitIntoRuns", () => {
  it("tells zeros, noise and the rest apart, piece by piece", () => {
    const noise = randomBytes(2 * PIECE_BYTES);
    const text = Buffer.alloc(PIECE_BYTES, "some text ");
    const data = Buffer.concat([text, Buffer.alloc(PIECE_BYTES), noise, text]);
    expect(
      splitIntoExtents(data).map(({ kind, start, end }) => [kind, start / PIECE_BYTES, end / PIECE_BYTES]),
    ).toEqual([
      ["other", 0, 1],
      ["zeros", 1, 2],
      ["noise", 2, 4],
      ["other", 4, 5],
    ]);
  });

  it("takes what is not a whole piece to what is around it", () => {
    const text = Buffer.alloc(PIECE_BYTES, "some text ");
    const data = Buffer.concat([Buffer.alloc(2 * PIECE_BYTES), text, Buffer.alloc(2 * PIECE_BYTES), text]);
    expect(splitIntoExtents(data, 2 * PIECE_BYTES)).toEqual([
      { kind: "zeros", start: 0, end: 2 * PIECE_BYTES },
      { kind: "other", start: 2 * PIECE_BYTES, end: data.length },
    ]);
  });

  it.each([300, 5_000, 16_001, 20_000, 28_000, 32_000])(
    "does not take for noise what repeats after %i bytes",
    (period) => {
      const data = repeated(randomBytes(period), 4 * PIECE_BYTES);
      expect(splitIntoExtents(data)).toEqual([{ kind: "other", start: 0, end: data.length }]);
    },
  );

  it.each([100, 1_000])(
    "does not take for noise what copies %i bytes now and then from up to a window before",
    (length) => {
      const data = randomBytes(8 * PIECE_BYTES);
      for (let end = 2 * PIECE_BYTES; end < data.length; end += 20 * length)
        data.copy(data, end, end - 31_000, end - 31_000 + length);
      expect(splitIntoExtents(data).map(({ kind }) => kind)).toEqual(["other"]);
    },
  );

  it("does not take for noise a piece that repeats the one before it", () => {
    const noise = randomBytes(PIECE_BYTES);
    const data = Buffer.concat([Buffer.alloc(PIECE_BYTES), noise, noise]);
    expect(splitIntoExtents(data).map(({ kind, start }) => [kind, start / PIECE_BYTES])).toEqual([
      ["zeros", 0],
      ["other", 1],
    ]);
  });

  it("takes for noise what repeats from farther away than deflate sees", () => {
    const data = repeated(randomBytes(PIECE_BYTES + 5_000), 8 * PIECE_BYTES);
    expect(splitIntoExtents(data)).toEqual([{ kind: "noise", start: 0, end: data.length }]);
  });

  it("does not take repetition of all byte values for noise", () => {
    const everyByte = Buffer.from(Array.from({ length: PIECE_BYTES }, (_, index) => (index * 167) & 0xff));
    expect(splitIntoExtents(everyByte)).toEqual([{ kind: "other", start: 0, end: PIECE_BYTES }]);
  });
});
