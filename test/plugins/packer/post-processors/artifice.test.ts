import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { postProcessor } from "../../../../src/plugins/packer/post-processors/artifice.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";
import { createRecordingRun, testArtifact } from "../../../helper/recording-run.ts";

async function matched(...patterns: string[]): Promise<string[]> {
  const run = await createRecordingRun();
  const { work } = run.directories;
  await mkdir(join(work, "out/deep"), { recursive: true });
  for (const name of ["out/a.box", "out/b.box", "out/deep/c.box", "out/.hidden", "top.txt"])
    await writeFile(join(work, name), "x");
  const { artifact } = await postProcessor.process(
    run,
    configOf(postProcessor.schema, { files: patterns }),
    testArtifact(),
  );
  return artifact!.files.map((file) => file.slice(work.length + 1));
}

describe("artifice", () => {
  it.each([
    [["out/*.box"], ["out/a.box", "out/b.box"]],
    [["./out/a.box"], ["out/a.box"]],
    [["out/**/*.box"], ["out/a.box", "out/b.box", "out/deep/c.box"]],
    [
      ["top.txt", "out/{a,b}.box", "out/a.*"],
      ["top.txt", "out/a.box", "out/b.box"],
    ],
    [["out/.*"], ["out/.hidden"]],
  ])("%j", async (patterns, files) => expect(await matched(...patterns)).toEqual(files));

  it("says so when nothing matches", async () => {
    await expect(matched("out/*.ova")).rejects.toThrow('No file matches "out/*.ova"');
  });

  it("keeps the input unless the user says otherwise", async () => {
    const run = await createRecordingRun();
    await writeFile(join(run.directories.work, "x"), "");
    const result = await postProcessor.process(run, configOf(postProcessor.schema, { files: ["x"] }), testArtifact());
    expect(result).toMatchObject({ keepInput: true, artifact: { builderId: "packer.post-processor.artifice" } });
    expect(result.mustKeepInput).toBeUndefined();
  });

  it("needs a file", () => {
    expect(issuesOf(postProcessor.schema, { files: [] })).toMatchObject([{ severity: "error", path: ["files"] }]);
  });
});
