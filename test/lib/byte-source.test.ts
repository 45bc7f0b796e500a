import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tapSource, type ByteSource } from "../../src/lib/byte-source.ts";
import { mapBlocks } from "../../src/lib/compress/blocks.ts";
import { readPieces } from "../../src/lib/read-pieces.ts";
import { writeSource } from "../../src/lib/write-source.ts";

/** Four megabytes in which every place can be told from its neighbours. */
const DATA = Buffer.from(Uint32Array.from({ length: 1_000_000 }, (_, index) => index * 2_654_435_761).buffer);
let directory: string;
let path: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "imgbuild-test-"));
  path = join(directory, "data");
  writeFileSync(path, DATA);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Asks for each piece with the room that is next in line, and copies what comes. */
async function collect(source: ByteSource, rooms: readonly (Uint8Array | undefined)[]): Promise<Buffer> {
  const pieces = source[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  for (let turn = 0; ; turn++) {
    const { done, value } = await pieces.next(rooms[turn % rooms.length]);
    if (done === true) return Buffer.concat(chunks);
    chunks.push(Buffer.from(value));
  }
}

describe("a file that is read in pieces", () => {
  it("is the same whatever memory it is given for them", async () => {
    const size = fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: undefined });
    const range = fc.tuple(fc.nat(DATA.length), fc.nat(DATA.length));
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 5 }), range, async (sizes, [one, other]) => {
        fc.pre(sizes.every((bytes) => bytes === undefined || bytes > 10_000));
        const [start, end] = [Math.min(one, other), Math.max(one, other)];
        const rooms = sizes.map((bytes) => (bytes === undefined ? undefined : new Uint8Array(bytes)));
        expect((await collect(readPieces(path, { start, end }), rooms)).equals(DATA.subarray(start, end))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("lies in the memory that is given, also through a tap", async () => {
    let seen = 0;
    const pieces = tapSource(readPieces(path), (piece) => (seen += piece.length));
    await pieces.next();
    const room = new Uint8Array(1000);
    // The piece that was read ahead, before anybody had given memory.
    const { value: ahead } = await pieces.next(room);
    const { value: given } = await pieces.next(room);
    expect(ahead!.buffer).not.toBe(room.buffer);
    expect(given!.buffer).toBe(room.buffer);
    expect(seen).toBe(2 * 1024 * 1024 + room.length);
    await pieces.return();
  });

  it("is closed when nobody wants the rest, also behind a tap and blocks", async () => {
    const closed: string[] = [];
    const source = (async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield DATA;
      } finally {
        closed.push("source");
      }
    })();
    const options = { size: 1000, count: 3 };
    for await (const length of mapBlocks(
      tapSource(source, () => {}),
      options,
      ({ data }) => Promise.resolve(data.length),
    )) {
      expect(length).toBe(1000);
      break;
    }
    expect(closed).toEqual(["source"]);
  });
});

describe("blocks of a source", () => {
  it("are its bytes, each with those before it", async () => {
    const options = { size: 65_536, beforeBytes: 1000, count: 4 };
    const blocks: Buffer[] = [];
    let position = 0;
    for await (const [before, data] of mapBlocks(readPieces(path), options, (block) =>
      Promise.resolve([Buffer.from(block.before), Buffer.from(block.data)] as const),
    )) {
      expect(before.equals(DATA.subarray(Math.max(0, position - 1000), position))).toBe(true);
      blocks.push(data);
      position += data.length;
    }
    expect(Buffer.concat(blocks).equals(DATA)).toBe(true);
  });
});

describe("a source that is written to a file", () => {
  const signal = new AbortController().signal;
  const once = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    yield bytes;
  };

  it.each([0, 1, 999_999, 1_000_000, 1_000_001, DATA.length])(
    "of %i bytes is whole, and its digest true",
    async (size) => {
      const bytes = DATA.subarray(0, size);
      const handle = await open(`${path}.out`, "w");
      const written = await writeSource(handle, once(bytes), { signal });
      await handle.close();
      expect(readFileSync(`${path}.out`).equals(bytes)).toBe(true);
      expect(written).toEqual({ size, sha256: createHash("sha256").update(bytes).digest("hex") });
    },
  );

  it("fails with what the disk says", async () => {
    const handle = await open("/dev/full", "w");
    await expect(writeSource(handle, once(DATA), { signal })).rejects.toThrow("ENOSPC");
    await handle.close();
  });

  it("fails with what the source says", async () => {
    const handle = await open(`${path}.out`, "w");
    const failing = tapSource(readPieces(path), () => {
      throw new Error("unreadable");
    });
    await expect(writeSource(handle, failing, { signal })).rejects.toThrow("unreadable");
    await handle.close();
  });
});
