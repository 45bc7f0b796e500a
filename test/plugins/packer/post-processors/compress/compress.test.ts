import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { postProcessor } from "../../../../../src/plugins/packer/post-processors/compress/compress.ts";
import {
  endingOf,
  formatOfName,
  parseFormat,
} from "../../../../../src/plugins/packer/post-processors/compress/format.ts";
import { schema } from "../../../../../src/plugins/packer/post-processors/compress/options.ts";
import { fileArtifact } from "../../../../../src/owned/file-artifact.ts";
import { configOf, issuesOf } from "../../../../helper/decode-config.ts";
import { createRecordingRun, type RecordingRun } from "../../../../helper/recording-run.ts";

async function artifactOf(run: RecordingRun, files: Readonly<Record<string, string>>) {
  const paths = Object.keys(files).map((name) => join(run.directories.work, name));
  for (const [name, text] of Object.entries(files)) {
    const path = join(run.directories.work, name);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, text);
  }
  return fileArtifact("packer.file", paths, "files");
}

describe("the format of an output", () => {
  it.each([
    ["box.tar.gz", "tar.gz"],
    ["box.tgz", "tar.gz"],
    ["box.tar", "tar"],
    ["box.zip", "zip"],
    ["disk.qcow2.zst", "zst"],
    ["disk.xz", "xz"],
    ["BOX.TAR.LZ4", "tar.lz4"],
    ["box.tar.bz2", "tar.bz2"],
    ["x.bgzf", "bgzf"],
  ])("of %s is %s", (name, ending) => expect(endingOf(formatOfName(name)!)).toBe(ending));

  it.each(["disk", "disk.img", "a.b.c"])("of %s is not known", (name) => expect(formatOfName(name)).toBeUndefined());
  it.each(["foo", "tar.foo", "zip.gz", ""])('is not called "%s"', (text) => expect(parseFormat(text)).toBeUndefined());
});

describe("its arguments", () => {
  it.each([
    [{ format: "rar" }, "unknown-format"],
    [{ output: "x.7z" }, "unknown-format"],
    [{ output: "{{.BuildName}}.RAR" }, "unknown-format"],
    [{ output: "x.gz", compression_level: 12 }, "invalid-argument"],
    [{ output: "x.lz4", compression_level: 4 }, "invalid-argument"],
    [{ compression_level: -2 }, "invalid-argument"],
    [{ outptu: "x" }, "unknown-argument"],
  ])("%j is refused", (args, code) => expect(issuesOf(schema, args).map((issue) => issue.code)).toEqual([code]));
});

describe("compress", () => {
  it("packs the files of an artifact into a .tar.gz by default, under Packer's name (T-23) and with paths from the working directory", async () => {
    const run = await createRecordingRun({ name: "file.a", builderType: "file" });
    const input = await artifactOf(run, { "output/b.txt": "bee", "output/a.txt": "ay" });
    const { artifact, keepInput } = await postProcessor.process(run, configOf(schema, {}), input);
    expect(keepInput).toBe(false);
    expect(artifact!.files[0]).toMatch(/packer_example_file$/);
    const listing = execFileSync("tar", ["-tvf", artifact!.files[0]!], { encoding: "utf8" });
    expect(listing.split("\n").map((line) => line.split(/\s+/).slice(1).join(" "))).toEqual([
      "root/root 2 1980-01-01 00:00 output/a.txt",
      "root/root 3 1980-01-01 00:00 output/b.txt",
      "",
    ]);
  });

  it("compresses a single file without an archive", async () => {
    const run = await createRecordingRun();
    const input = await artifactOf(run, { "disk.img": "x".repeat(1000) });
    const { artifact } = await postProcessor.process(run, configOf(schema, { output: "disk.img.gz" }), input);
    expect(execFileSync("gzip", ["-dc", artifact!.files[0]!], { encoding: "utf8" })).toBe("x".repeat(1000));
  });

  it("gives the same bytes for the same artifact", async () => {
    const run = await createRecordingRun({ env: { SOURCE_DATE_EPOCH: "1700000000" } });
    const input = await artifactOf(run, { "a.txt": "one", "b.txt": "two" });
    const bytes = async (output: string) => {
      const { artifact } = await postProcessor.process(run, configOf(schema, { output }), input);
      return readFile(artifact!.files[0]!);
    };
    expect((await bytes("one.zip")).equals(await bytes("two.zip"))).toBe(true);
    expect((await bytes("one.tar.gz")).equals(await bytes("two.tar.gz"))).toBe(true);
  });

  it("with level 0 stores", async () => {
    const run = await createRecordingRun();
    const input = await artifactOf(run, { "a.txt": "x".repeat(100_000) });
    const { artifact } = await postProcessor.process(
      run,
      configOf(schema, { output: "a.zip", compression_level: 0 }),
      input,
    );
    expect((await readFile(artifact!.files[0]!)).length).toBeGreaterThan(100_000);
  });

  it("refuses an artifact without files before any work", async () => {
    const run = await createRecordingRun();
    const input = fileArtifact("mitchellh.amazonebs", [], "AMIs", { id: "us-east-1:ami-1" });
    await expect(postProcessor.process(run, configOf(schema, {}), input)).rejects.toThrow(
      'the artifact "us-east-1:ami-1" has no files',
    );
  });

  it("refuses several files without an archive, and says which name to use", async () => {
    const run = await createRecordingRun();
    const input = await artifactOf(run, { a: "1", b: "2" });
    const refused = postProcessor.process(run, configOf(schema, { output: "x.xz" }), input);
    await expect(refused).rejects.toMatchObject({
      message: "The artifact has 2 files, and .xz holds only one.",
      hint: expect.stringContaining(".tar.xz"),
    });
  });

  it("names a missing file and leaves nothing under the final name", async () => {
    const run = await createRecordingRun();
    const input = fileArtifact("packer.file", [join(run.directories.work, "gone.img")], "files");
    await expect(postProcessor.process(run, configOf(schema, { output: "x.tar" }), input)).rejects.toThrow(
      /gone\.img of the artifact cannot be read/,
    );
    await run.finish("failed");
    expect(await readdir(run.directories.work)).toEqual([]);
  });
});
