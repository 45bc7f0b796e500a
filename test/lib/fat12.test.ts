import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFat12Image } from "../../src/lib/fat12.ts";
import { buildTree, type PlacedFile } from "../../src/lib/file-tree.ts";
import { needs } from "../helper/need.ts";
import { readBack } from "../helper/read-back.ts";
import { placed, WHEN } from "./file-tree-fixture.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const fold = (name: string) => name.toUpperCase();
const image = (files: readonly PlacedFile[], label = "packer") => createFat12Image(buildTree(files, WHEN, fold), label);

function onDisk(bytes: Buffer): string {
  const path = join(temporaryDirectory(), "floppy.img");
  writeFileSync(path, bytes);
  return path;
}

describe("createFat12Image", () => {
  it("is exactly a 1.44 MB floppy disk", async () => {
    expect((await image([])).length).toBe(1_474_560);
  });

  it("says what does not fit", async () => {
    await expect(image([placed("huge.bin", Buffer.alloc(1_500_000))])).rejects.toThrow(
      '"huge.bin" does not fit any more: a floppy disk holds 1457664 bytes',
    );
  });

  it("refuses names no FAT can hold", async () => {
    await expect(image([placed('a"b.txt')])).rejects.toThrow('"a"b.txt" cannot be a name on a floppy disk');
  });

  needs("mdir", "mtools")("is read by mtools: label, long names, directories, dates", async () => {
    const path = onDisk(
      await image([
        placed("Autounattend.xml", "<unattend/>"),
        placed("KS.CFG", "text"),
        placed("scripts/win rm/setup ünicode.ps1", "Write-Host"),
        placed("scripts/empty/"),
      ]),
    );
    expect(readBack("mlabel", "-s", "-i", path, "::")).toContain("Volume label is PACKER");
    expect(readBack("mdir", "-b", "-/", "-i", path, "::").trim().split("\n").sort()).toEqual([
      "::/Autounattend.xml",
      "::/KS.CFG",
      "::/scripts/",
      "::/scripts/empty/",
      "::/scripts/win rm/",
      "::/scripts/win rm/setup ünicode.ps1",
    ]);
    expect(readBack("mdir", "-i", path, "::")).toMatch(/AUTOUN~1 XML\s+11 2024-02-29\s+13:14\s+Autounattend.xml/);
    expect(readBack("mtype", "-i", path, "::/scripts/win rm/setup ünicode.ps1")).toBe("Write-Host");
  });

  needs("fsck.fat", "dosfstools")("is consistent to fsck.fat", async () => {
    const many = Array.from({ length: 60 }, (_, i) =>
      placed(`directory/a file with a long name ${i}.txt`, "x".repeat(i * 100)),
    );
    const path = onDisk(await image([...many, placed("top.txt", "y")]));
    expect(readBack("fsck.fat", "-n", path)).toContain("63 files, 392/2847 clusters");
  });

  needs("mcopy", "mtools")("gives back what was put in, whatever it is", async () => {
    const name = fc
      .stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9 ._-]{0,30}[A-Za-z0-9_-]$/)
      .filter((text) => !/^\.+$/.test(text));
    const files = fc.uniqueArray(fc.record({ name, bytes: fc.uint8Array({ maxLength: 3000 }) }), {
      selector: ({ name }) => name.toUpperCase(),
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(files, async (entries) => {
        const path = onDisk(await image(entries.map(({ name, bytes }) => placed(name, Buffer.from(bytes)))));
        const out = temporaryDirectory();
        if (entries.length > 0) readBack("mcopy", "-n", "-i", path, "::*", out);
        for (const { name, bytes } of entries) expect(readFileSync(join(out, name)).equals(bytes)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});
