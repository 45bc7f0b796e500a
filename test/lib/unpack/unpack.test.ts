import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { packingOf, splitArchive } from "../../../src/lib/unpack/packing.ts";
import { unpack } from "../../../src/lib/unpack/unpack.ts";
import { unxzByPackage, type UnxzPackage } from "../../../src/lib/unpack/unxz.ts";
import { UnpackError } from "../../../src/lib/unpack/unpack-error.ts";
import { lzmaPackage, withLzmaPackage } from "../../helper/lzma-package.ts";
import { needs } from "../../helper/need.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "unpack-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function unpacked(path: string, archive = ""): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const packing = packingOf(path, archive)!;
  for await (const piece of unpack(path, packing, { signal: new AbortController().signal })) {
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

/** What images look like: text, zeros, noise, runs of each length around those that bzip2 counts. */
const contents: Readonly<Record<string, Buffer>> = {
  empty: Buffer.alloc(0),
  "one byte": Buffer.from("x"),
  "text, zeros and noise": Buffer.concat([
    Buffer.from("a line of text that comes again\n".repeat(30_000)),
    Buffer.alloc(3_000_000),
    randomBytes(1_500_000),
  ]),
  runs: Buffer.concat([...Array(600).keys()].map((length) => Buffer.alloc(length, length))),
  "equal runs": Buffer.concat([...Array(300).keys()].map((length) => Buffer.from(`${"a".repeat(length)}b`))),
};

/** Made with the usual programs, so that nothing of ours packs what it unpacks. */
const programs: readonly (readonly [ending: string, program: string, debianPackage: string, command: string])[] = [
  ["gz", "gzip", "gzip", "gzip -c disk >disk.gz"],
  ["gz", "gzip", "gzip", "(head -c 1000 disk | gzip; tail -c +1001 disk | gzip) >disk.gz"],
  ["bz2", "bzip2", "bzip2", "bzip2 -c disk >disk.bz2"],
  ["bz2", "bzip2", "bzip2", "bzip2 -1 -c disk >disk.bz2"],
  ["bz2", "bzip2", "bzip2", "(head -c 1000 disk | bzip2; tail -c +1001 disk | bzip2) >disk.bz2"],
  ["xz", "xz", "xz-utils", "xz -c disk >disk.xz"],
  ["xz", "xz", "xz-utils", "(head -c 1000 disk | xz; tail -c +1001 disk | xz) >disk.xz"],
  ["zst", "zstd", "zstd", "zstd -q -c disk >disk.zst"],
  ["zip", "zip", "zip", "zip -q disk.zip disk"],
  ["tar", "tar", "tar", "tar -cf disk.tar disk"],
  ["tar.gz", "tar", "tar", "mkdir d && mv disk d && tar -czf disk.tar.gz d"],
  ["tgz", "tar", "tar", "tar -czf disk.tgz disk"],
  ["tar.bz2", "bzip2", "bzip2", "tar -cjf disk.tar.bz2 disk"],
  ["tbz2", "bzip2", "bzip2", "tar -cjf disk.tbz2 disk"],
  ["tar.xz", "xz", "xz-utils", "tar -cJf disk.tar.xz disk"],
  ["txz", "xz", "xz-utils", "tar -cJf disk.txz disk"],
  ["tar.zst", "zstd", "zstd", "tar -cf - disk | zstd -q -c >disk.tar.zst"],
  ["tzst", "zstd", "zstd", "tar -cf - disk | zstd -q -c >disk.tzst"],
];

describe("unpack (M-06)", () => {
  for (const [ending, program, debianPackage, command] of programs) {
    needs(program, debianPackage)(`unpacks .${ending} as made by: ${command}`, async () => {
      for (const [name, content] of Object.entries(contents)) {
        const directory = folder();
        writeFileSync(join(directory, "disk"), content);
        execFileSync("sh", ["-c", command], { cwd: directory });
        const result = await unpacked(join(directory, `disk.${ending}`));
        expect(result.equals(content), name).toBe(true);
      }
    });

    needs(program, debianPackage)(
      `says what is wrong with a .${ending} that is cut, damaged or something else`,
      async () => {
        const directory = folder();
        writeFileSync(join(directory, "disk"), contents["text, zeros and noise"]!);
        execFileSync("sh", ["-c", command], { cwd: directory });
        const path = join(directory, `disk.${ending}`);
        const whole = readFileSync(path);
        const middle = Math.floor(whole.length / 2);
        writeFileSync(path, whole.subarray(0, middle));
        await expect(unpacked(path), "cut").rejects.toThrow(UnpackError);
        writeFileSync(path, "this is no archive, it is an answer of a web server\n".repeat(100));
        await expect(unpacked(path), "something else").rejects.toThrow(UnpackError);
        if (ending === "tar") return;
        const damaged = Buffer.from(whole);
        damaged.fill(0x55, middle, middle + 64);
        writeFileSync(path, damaged);
        await expect(unpacked(path), "damaged").rejects.toThrow(UnpackError);
      },
    );
  }

  needs("zip", "zip").each(["tar -cf two.tar a b", "zip -q two.zip a b"])(
    "refuses several files: %s",
    async (command) => {
      const directory = folder();
      execFileSync("sh", ["-c", `echo 1 >a; echo 2 >b; ${command}`], { cwd: directory });
      const path = join(directory, command.includes("zip") ? "two.zip" : "two.tar");
      await expect(unpacked(path)).rejects.toThrow('there are several files in it ("a" and "b", for example)');
    },
  );
});

describe("xz by its package", () => {
  withLzmaPackage("unpacks streams in a row, and says what is damaged", async () => {
    const directory = folder();
    writeFileSync(join(directory, "disk"), contents["text, zeros and noise"]!);
    execFileSync("sh", ["-c", "(head -c 1000 disk | xz; tail -c +1001 disk | xz) >disk.xz"], { cwd: directory });
    const packed = readFileSync(join(directory, "disk.xz"));
    expect((await unpackedXz(packed)).equals(contents["text, zeros and noise"]!)).toBe(true);
    await expect(unpackedXz(packed.subarray(0, -100))).rejects.toThrow(UnpackError);
    await expect(unpackedXz(Buffer.from("no archive"))).rejects.toThrow(UnpackError);
  });

  withLzmaPackage("fails as its source does", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      throw new Error("the disk is gone");
    }
    await expect(unxzByPackage(failing(), lzmaPackage as UnxzPackage).next()).rejects.toThrow("the disk is gone");
  });

  async function unpackedXz(packed: Buffer): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of unxzByPackage(oneByOne(packed), lzmaPackage as UnxzPackage)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** In memory that is used again, as sources do. */
  async function* oneByOne(data: Buffer): AsyncGenerator<Uint8Array> {
    const memory = Buffer.alloc(5000);
    for (let offset = 0; offset < data.length; offset += memory.length) {
      await Promise.resolve();
      yield memory.subarray(0, data.copy(memory, 0, offset));
    }
  }
});

describe("packingOf", () => {
  it.each([
    ["a.iso", "", undefined],
    ["a.iso.gz", "", "gz"],
    ["a.ISO.GZ", "", "gz"],
    ["a.tar.gz", "", "tar.gz"],
    ["a.iso.gz", "false", undefined],
    ["a.iso.gz", "0", undefined],
    ["download", "xz", "xz"],
    ["gz", "", undefined],
    ["a.ova", "", undefined],
    ["a.box", "", undefined],
  ])("%s with archive=%s is packed as %s", (name, archive, ending) => {
    expect(packingOf(name, archive)?.ending).toBe(ending);
  });

  it("knows the name without its ending", () => {
    expect(packingOf("/a/disk.raw.tar.xz")?.stem).toBe("/a/disk.raw");
    expect(packingOf("/a/disk", "xz")?.stem).toBe("/a/disk");
  });
});

describe("splitArchive", () => {
  it.each([
    ["http://h/a.gz", "http://h/a.gz", ""],
    ["http://h/a?archive=gz", "http://h/a", "gz"],
    ["http://h/a?archive=gz&b=1", "http://h/a?b=1", "gz"],
    ["http://h/a?b=1&archive=false", "http://h/a?b=1", "false"],
    ["http://h/a?b=1&archive=false&c=2", "http://h/a?b=1&c=2", "false"],
    ["http://h/a?archive=gz#part", "http://h/a#part", "gz"],
    ["dir/a.gz?archive=false", "dir/a.gz", "false"],
  ])("%s is %s", (text, address, archive) => {
    expect(splitArchive(text)).toEqual({ address, archive });
  });
});
