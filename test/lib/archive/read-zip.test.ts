import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openZip, ZipError } from "../../../src/lib/archive/read-zip.ts";
import { zipOf } from "../../helper/plugin/release-server.ts";

const directory = mkdtempSync(join(tmpdir(), "imgbuild-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;

function fileOf(bytes: Uint8Array): string {
  const path = join(directory, `${count++}.zip`);
  writeFileSync(path, bytes);
  return path;
}

async function unpack(bytes: Uint8Array): Promise<Record<string, Buffer>> {
  const zip = await openZip(fileOf(bytes));
  try {
    const files: Record<string, Buffer> = {};
    for (const member of zip.members) {
      const pieces: Buffer[] = [];
      for await (const piece of zip.read(member)) pieces.push(Buffer.from(piece));
      files[member.name] = Buffer.concat(pieces);
    }
    return files;
  } finally {
    await zip.close();
  }
}

/** Where `needle` is for the last time. */
const lastAt = (bytes: Buffer, needle: string): number => bytes.lastIndexOf(Buffer.from(needle, "latin1"));

describe("openZip", () => {
  it("reads back what was packed, whatever it is", async () => {
    const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.uint8Array({ maxLength: 3000 }));
    await fc.assert(
      fc.asyncProperty(files, async (content) => {
        const given = Object.fromEntries(Object.entries(content).map(([name, bytes]) => [name, Buffer.from(bytes)]));
        expect(await unpack(await zipOf(given))).toEqual(given);
      }),
      { numRuns: 30 },
    );
  });

  it("reads more than a piece", async () => {
    const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) % 251));
    expect((await unpack(await zipOf({ large })))["large"]?.equals(large)).toBe(true);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["something else", Buffer.from("<!doctype html>")],
  ])("says that %s is no archive", async (_, bytes) => {
    await expect(openZip(fileOf(bytes))).rejects.toThrow("no ZIP archive");
  });

  it("notices a byte that has changed", async () => {
    const bytes = await zipOf({ a: Buffer.from("some content that is packed") });
    const changed = Buffer.from(bytes);
    changed[60] = changed[60]! ^ 0xff;
    await expect(unpack(changed)).rejects.toBeInstanceOf(ZipError);
  });

  it("unpacks no byte more than the archive announces", async () => {
    const bytes = await zipOf({ bomb: Buffer.alloc(1_000_000) });
    // The size of 64 bits in the directory.
    const extra = lastAt(bytes, "bomb") + 4 + 4;
    bytes.writeBigUInt64LE(10n, extra);
    await expect(unpack(bytes)).rejects.toThrow("larger than the archive says");
  });

  it("refuses an encrypted archive, and one packed in another way", async () => {
    const bytes = await zipOf({ a: Buffer.from("x") });
    const header = lastAt(bytes, "PK\x01\x02");
    const encrypted = Buffer.from(bytes);
    encrypted[header + 8] = encrypted[header + 8]! | 1;
    await expect(unpack(encrypted)).rejects.toThrow("encrypted");
    const packed = Buffer.from(bytes);
    packed.writeUInt16LE(14, header + 10);
    await expect(unpack(packed)).rejects.toThrow("unknown way");
  });

  it("refuses more members than an archive of a plugin has", async () => {
    const bytes = await zipOf({ a: Buffer.from("x") });
    bytes.writeUInt16LE(60_000, lastAt(bytes, "PK\x05\x06") + 10);
    await expect(openZip(fileOf(bytes))).rejects.toThrow("too many members");
  });

  it("neither hangs nor throws anything else, whatever is changed", async () => {
    const bytes = await zipOf({ a: Buffer.from("some content"), b: Buffer.alloc(5000, "b") });
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), async (at, value, length) => {
        const damaged = Buffer.from(bytes.subarray(0, length > 20 ? length : bytes.length));
        if (at < damaged.length) damaged[at] = value;
        await unpack(damaged).catch((error: unknown) => expect(error).toBeInstanceOf(ZipError));
      }),
      { numRuns: 300 },
    );
  });
});
