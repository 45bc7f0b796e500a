import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildTree, type PlacedFile } from "../../src/lib/file-tree.ts";
import { writeIso } from "../../src/lib/iso9660/create-iso.ts";
import { needs } from "../helper/need.ts";
import { readBack } from "../helper/read-back.ts";
import { placed, WHEN } from "./file-tree-fixture.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

async function iso(files: readonly PlacedFile[], label = "cidata"): Promise<string> {
  const path = join(temporaryDirectory(), "cd.iso");
  const handle = await open(path, "w");
  await writeIso(handle, { root: buildTree(files, WHEN, (name) => name), label, now: WHEN });
  await handle.close();
  return path;
}
const list = (text: string): readonly string[] => text.trim().split("\n").sort();

const sample = [
  placed("meta-data", "instance-id: x\n"),
  placed("user-data", "#cloud-config\n"),
  placed("drivers/ünicode name with spaces.inf", "inf"),
  placed("drivers/deep/er/still/UPPER.TXT", "deep"),
  placed("empty.txt"),
  placed("empty/"),
];

describe("long names (M-17)", () => {
  needs("xorriso", "xorriso").each([64, 65, 100, 103])(
    "of %d characters are whole for Windows, too",
    async (length) => {
      const name = `${"n".repeat(length - 4)}.sys`;
      const path = await iso([placed(name, "x")]);
      expect(readFileSync(path).includes(Buffer.from(name, "utf16le").swap16())).toBe(true);
      const listed = readBack("xorriso", "-read_fs", "norock", "-indev", path, "-find", "/", "-type", "f");
      expect(list(listed)).toEqual([`'/${name}'`]);
    },
  );
});

describe("writeIso", () => {
  it("keeps the label as it was given, for cloud-init", async () => {
    const image = readFileSync(await iso([]));
    expect(
      image
        .subarray(16 * 2048 + 40, 16 * 2048 + 72)
        .toString("latin1")
        .trimEnd(),
    ).toBe("cidata");
    expect(
      image
        .subarray(17 * 2048 + 40, 17 * 2048 + 72)
        .swap16()
        .toString("utf16le")
        .trimEnd(),
    ).toBe("cidata");
  });

  needs("blkid", "util-linux")("is found by its label", async () => {
    expect(readBack("blkid", "-p", "-o", "export", await iso(sample))).toMatch(/LABEL=cidata\n[^]*TYPE=iso9660/);
  });

  needs("xorriso", "xorriso")("is read by xorriso with Rock Ridge names", async () => {
    const path = await iso(sample);
    expect(list(readBack("xorriso", "-indev", path, "-find", "/", "-type", "f"))).toEqual([
      "'/drivers/deep/er/still/UPPER.TXT'",
      "'/drivers/ünicode name with spaces.inf'",
      "'/empty.txt'",
      "'/meta-data'",
      "'/user-data'",
    ]);
    expect(readBack("xorriso", "-indev", path, "-check_media", "--").includes("error")).toBe(false);
  });

  needs("xorriso", "xorriso")("is read by xorriso with Joliet names", async () => {
    const path = await iso(sample);
    const listed = list(readBack("xorriso", "-read_fs", "norock", "-indev", path, "-find", "/", "-type", "f"));
    expect(listed).toContain("'/drivers/ünicode name with spaces.inf'");
    expect(listed).toHaveLength(5);
  });

  needs("bsdtar", "libarchive-tools")("gives back what was put in, with many files and long names", async () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_äß-][A-Za-z0-9 ._äß-]{0,110}[A-Za-z0-9_-]$/);
    const entry = fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 4 }),
      bytes: fc.uint8Array({ maxLength: 5000 }),
    });
    const files = fc.uniqueArray(entry, { selector: ({ path }) => path[0]!, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(files, async (entries) => {
        const path = await iso(entries.map((one) => placed(one.path.join("/"), Buffer.from(one.bytes))));
        const out = temporaryDirectory();
        readBack("bsdtar", "-xf", path, "-C", out);
        for (const one of entries) expect(readFileSync(join(out, ...one.path)).equals(one.bytes)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  needs("xorriso", "xorriso")("keeps names of 255 bytes", async () => {
    const long = "n".repeat(255);
    const path = await iso([
      placed(long, "x"),
      ...Array.from({ length: 40 }, (_, i) => placed(`${i}${long}`.slice(0, 255), "y")),
    ]);
    const listed = list(readBack("xorriso", "-indev", path, "-find", "/", "-type", "f"));
    expect(listed).toHaveLength(41);
    expect(listed).toContain(`'/${long}'`);
  });
});
