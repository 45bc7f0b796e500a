import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { postProcessor } from "../../../../src/plugins/packer/post-processors/checksum.ts";
import { configOf } from "../../../helper/decode-config.ts";
import { createRecordingRun, testArtifact } from "../../../helper/recording-run.ts";

async function setUp(args: Record<string, unknown>, content = "hello") {
  const run = await createRecordingRun();
  const disk = join(run.directories.work, "disk.img");
  await writeFile(disk, content);
  const process = (files = [disk]) =>
    postProcessor.process(run, configOf(postProcessor.schema, args), testArtifact({ files }));
  const read = (name: string) => readFile(join(run.directories.work, name), "utf8");
  return { run, disk, process, read };
}

describe("checksum", () => {
  it.each(["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])("%s is what coreutils say", async (type) => {
    const { disk, process, read } = await setUp({ checksum_types: [type] });
    await process();
    const [expected] = execFileSync(`${type}sum`, [disk], { encoding: "utf8" }).split(" ");
    expect(await read(`packer_example_test_${type}.checksum`)).toBe(`${expected}\tdisk.img\n`);
  });

  it("the new artifact holds the files and the checksums, and the input stays", async () => {
    const { run, disk, process } = await setUp({ checksum_types: ["md5", "sha256"] });
    const { artifact, mustKeepInput } = await process();
    expect(mustKeepInput).toBe(true);
    expect(artifact).toMatchObject({
      builderId: "packer.post-processor.checksum",
      files: [
        disk,
        join(run.directories.work, "packer_example_test_md5.checksum"),
        join(run.directories.work, "packer_example_test_sha256.checksum"),
      ],
      description:
        "Created artifact from files: disk.img, packer_example_test_md5.checksum, packer_example_test_sha256.checksum",
    });
  });

  it("building twice gives one line, and lines about other files stay", async () => {
    const { disk, process, read, run } = await setUp({ output: "sums", checksum_types: ["md5"] });
    await writeFile(join(run.directories.work, "sums"), "d41d8cd98f00b204e9800998ecf8427e\tother.img\n");
    await process();
    await writeFile(disk, "changed");
    await process();
    expect(await read("sums")).toBe(
      "d41d8cd98f00b204e9800998ecf8427e\tother.img\n8977dfac2f8e04cb96e66882235f5aba\tdisk.img\n",
    );
  });

  it("an artifact without files passes through with a warning", async () => {
    const { run, process } = await setUp({});
    const { artifact } = await process([]);
    expect(artifact?.files).toEqual([]);
    expect(run.warnings()).toEqual([expect.stringContaining("has no files")]);
  });

  it("a file that is gone is named", async () => {
    const { process } = await setUp({});
    await expect(process(["/nowhere/disk.img"])).rejects.toThrow(
      "The file /nowhere/disk.img of the artifact cannot be read",
    );
  });
});
