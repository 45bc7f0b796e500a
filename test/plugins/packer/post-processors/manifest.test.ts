import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { postProcessor } from "../../../../src/plugins/packer/post-processors/manifest.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";
import { createRecordingRun, testArtifact, type RecordingRunOptions } from "../../../helper/recording-run.ts";

const at = (ms: number) => ({ now: () => ms, monotonic: () => 0 });

async function setUp(args: Record<string, unknown> = {}, options: RecordingRunOptions = {}) {
  const run = await createRecordingRun({ clock: at(1_700_000_000_000), ...options });
  const disk = join(run.directories.work, "disk.qcow2");
  await writeFile(disk, "12345");
  const process = (artifact = testArtifact({ builderId: "transcend.qemu", id: "VM", files: [disk] })) =>
    postProcessor.process(run, configOf(postProcessor.schema, args), artifact);
  const path = join(run.directories.work, String(args["output"] ?? "packer-manifest.json"));
  const read = async () => JSON.parse(await readFile(path, "utf8")) as { builds: unknown[]; last_run_uuid: string };
  return { run, disk, process, read, path };
}

describe("manifest", () => {
  it("writes what Packer writes, and the kind of artifact", async () => {
    const { run, process, read } = await setUp({ custom_data: { a: "b" } });
    await process();
    expect(await read()).toEqual({
      builds: [
        {
          name: "example",
          builder_type: "test",
          build_time: 1_700_000_000,
          files: [{ name: "disk.qcow2", size: 5 }],
          artifact_id: "VM",
          packer_run_uuid: run.runId,
          custom_data: { a: "b" },
          builder_id: "transcend.qemu",
        },
      ],
      last_run_uuid: run.runId,
    });
  });

  it("passes the artifact through, and never lets it be removed", async () => {
    const { process } = await setUp();
    const artifact = testArtifact();
    expect(await process(artifact)).toEqual({ artifact, keepInput: true, mustKeepInput: true });
  });

  it.each([
    ["strip_path", { strip_path: true, output: "deep/er/m.json" }, { files: [{ name: "disk.qcow2", size: 5 }] }],
    ["strip_time", { strip_time: true }, { build_time: 0 }],
    ["nothing", {}, { custom_data: null }],
  ])("with %s", async (_, args, expected) => {
    const { process, read } = await setUp(args);
    await process();
    expect((await read()).builds[0]).toMatchObject(expected);
  });

  it("adds to what is there", async () => {
    const { process, read } = await setUp();
    await process();
    await process();
    expect((await read()).builds).toHaveLength(2);
  });

  it("-force begins anew with each run, but keeps what this run wrote", async () => {
    const { process, read, path } = await setUp({}, { options: { force: true } });
    await writeFile(path, JSON.stringify({ builds: [{ name: "old" }], last_run_uuid: "another" }));
    await process();
    await process();
    expect((await read()).builds).toHaveLength(2);
  });

  it("keeps all entries of twenty builds at once", async () => {
    const { process, read } = await setUp();
    await Promise.all(Array.from({ length: 20 }, () => process()));
    expect((await read()).builds).toHaveLength(20);
  });

  it.each(["not json", "[]", '{"builds": 1}'])("leaves a file alone that is no manifest: %s", async (content) => {
    const { process, path } = await setUp();
    await writeFile(path, content);
    await expect(process()).rejects.toThrow("is not a manifest, so nothing was added to it");
    expect(await readFile(path, "utf8")).toBe(content);
  });

  it("takes the old name of output, with a warning", () => {
    expect(issuesOf(postProcessor.schema, { filename: "x" })).toMatchObject([
      { severity: "warning", code: "deprecated-argument", path: ["filename"] },
    ]);
  });
});
