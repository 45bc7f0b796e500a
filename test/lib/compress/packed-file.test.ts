import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packFile, unpackedPieces, type PackedFile } from "../../../src/lib/compress/packed-file.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const MIB = 1024 * 1024;
const { signal } = new AbortController();

async function unpacked(file: PackedFile): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of unpackedPieces(file, signal)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("a packed file", () => {
  it.each([
    ["nothing", Buffer.alloc(0)],
    ["a byte", Buffer.from("a")],
    ["one block", Buffer.alloc(4 * MIB, "one")],
    ["zeros and noise over many blocks", Buffer.concat([Buffer.alloc(18 * MIB), randomBytes(9 * MIB + 1)])],
  ])("is what it was when it is unpacked: %s", async (_, content) => {
    const directory = temporaryDirectory();
    const [from, packed] = [join(directory, "from"), join(directory, "packed")];
    await writeFile(from, content);
    const how = await packFile(from, packed, signal);
    expect((await unpacked({ path: packed, packed: how })).equals(content)).toBe(true);
    expect((await stat(packed)).mode & 0o777).toBe(0o600);
    expect((await stat(packed)).size).toBeLessThan(content.length / 2 + 10 * MIB);
  });

  it("is refused when it is cut off, wherever that is", async () => {
    const directory = temporaryDirectory();
    const [from, packed] = [join(directory, "from"), join(directory, "packed")];
    await writeFile(from, Buffer.alloc(9 * MIB, "text"));
    const file = { path: packed, packed: await packFile(from, packed, signal) };
    const whole = await readFile(packed);
    for (const left of [2, 10, whole.length - 1]) {
      await writeFile(packed, whole.subarray(0, left));
      await expect(unpacked(file)).rejects.toThrow("damaged or cut off");
    }
    await writeFile(packed, whole.fill(1, 4));
    await expect(unpacked(file)).rejects.toThrow("damaged or cut off");
  });
});
