import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { describe, expect } from "vitest";
import { UnpackError } from "../../../src/lib/unpack/unpack-error.ts";
import { untilWholeFrame } from "../../../src/lib/unpack/zstd-end.ts";
import { needs } from "../../helper/need.ts";

async function* pieces(data: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < data.length; offset += size) {
    await Promise.resolve();
    yield data.subarray(offset, offset + size);
  }
}

async function read(data: Buffer, size: number): Promise<number> {
  let length = 0;
  for await (const piece of untilWholeFrame(pieces(data, size))) length += piece.length;
  return length;
}

/** Headers with and without checksum, window and size; runs, stored and compressed blocks; several frames. */
const files = (): Buffer[] => {
  const content = Buffer.concat([
    Buffer.from("some text ".repeat(30_000)),
    Buffer.alloc(500_000),
    randomBytes(200_000),
  ]);
  const small = Buffer.from("x");
  const by = (data: Buffer, ...args: string[]): Buffer => execFileSync("zstd", ["-qc", ...args], { input: data });
  const skippable = Buffer.concat([Buffer.from("502a4d1803000000", "hex"), small, small, small]);
  const one = by(content);
  return [one, by(content, "--no-check"), by(small), by(Buffer.alloc(0)), Buffer.concat([one, skippable, by(small)])];
};

describe("untilWholeFrame", () => {
  needs("zstd", "zstd")("lets whole files through, whatever their pieces", async () => {
    for (const file of files()) {
      for (const size of [1, 7, 65_536]) expect(await read(file, size)).toBe(file.length);
    }
  });

  needs("zstd", "zstd")("fails where a frame is cut", async () => {
    for (const file of files()) {
      for (const length of [1, 3, 5, Math.floor(file.length / 2), file.length - 1]) {
        if (length < file.length) await expect(read(file.subarray(0, length), 1000)).rejects.toThrow(UnpackError);
      }
    }
  });
});
