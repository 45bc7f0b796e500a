import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";

/** Format, the program that reads it, its Debian package, and its arguments before the name of the archive. */
const formats: readonly (readonly [string, string, string, ...string[]])[] = [
  ["tar", "tar", "tar", "-xOf"],
  ["zip", "unzip", "unzip", "-p"],
  ["gz", "gzip", "gzip", "-dc"],
  ["bgzf", "gzip", "gzip", "-dc"],
  ["bz2", "bzip2", "bzip2", "-dc"],
  ["xz", "xz", "xz-utils", "-dc"],
  ["lz4", "lz4", "lz4", "-dcq"],
  ["zst", "zstd", "zstd", "-dcq"],
  ["tar.gz", "tar", "tar", "-xzOf"],
  ["tar.bz2", "bzip2", "bzip2", "-dc"],
  ["tar.xz", "xz", "xz-utils", "-dc"],
  ["tar.lz4", "lz4", "lz4", "-dcq"],
  ["tar.zst", "zstd", "zstd", "-dcq"],
];

/** Text, zeros and noise, at places that fit no block. */
function disk(): Buffer {
  const text = Buffer.from("The quick brown fox jumps over the lazy dog.\n".repeat(30_000));
  return Buffer.concat([text, Buffer.alloc(2_000_001), randomBytes(1_500_003), text, Buffer.from("end")]);
}

describe("the built command writes archives that standard programs read", () => {
  for (const [format, program, debianPackage, ...args] of formats) {
    needs(program, debianPackage)(format, async () => {
      const { directory, run } = await createWorkplace();
      const content = disk();
      await writeFile(join(directory, "disk.img"), content);
      const steps = ["one", "two"].map((name) => [
        { type: "artifice", files: ["disk.img"] },
        { type: "compress", output: `${name}.${format}`, keep_input_artifact: true },
      ]);
      const template = { builders: [{ type: "null", communicator: "none" }], "post-processors": steps };
      await writeFile(join(directory, "t.json"), JSON.stringify(template));
      const { code, stdout, stderr } = await run("build", "t.json");
      expect(code, stdout + stderr).toBe(0);
      const read = execFileSync(program, [...args, join(directory, `one.${format}`)], { maxBuffer: 64 * 1024 * 1024 });
      // What is read out of a compressed tar is the tar, with its header before the file.
      const start = format.startsWith("tar.") && program !== "tar" ? 512 : 0;
      expect(read.subarray(start, start + content.length).equals(content)).toBe(true);
      const [one, two] = await Promise.all(
        ["one", "two"].map((name) => readFile(join(directory, `${name}.${format}`))),
      );
      expect(two!.equals(one!)).toBe(true);
    });
  }
});
