import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builder } from "../../../../src/plugins/packer/builders/file/file.ts";
import { configOf, issuesOf } from "../../../helper/decode-config.ts";
import { createRecordingRun, type RecordingRun } from "../../../helper/recording-run.ts";

const build = (run: RecordingRun, args: Record<string, unknown>) => builder.build(run, configOf(builder.schema, args));

describe("the file builder", () => {
  it("writes content that only the owner may read", async () => {
    const run = await createRecordingRun();
    const artifact = await build(run, { target: "deep/er/x.txt", content: "hello" });
    const path = join(run.directories.work, "deep/er/x.txt");
    expect(await readFile(path, "utf8")).toBe("hello");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(artifact).toMatchObject({
      builderId: "packer.file",
      id: "File",
      files: [path],
      description: "Stored file: deep/er/x.txt",
    });
  });

  it("copies a source", async () => {
    const run = await createRecordingRun();
    await writeFile(join(run.directories.work, "source"), "copied");
    await build(run, { target: "target", source: "source" });
    expect(await readFile(join(run.directories.work, "target"), "utf8")).toBe("copied");
  });

  it("lets provisioners run, against nothing", async () => {
    const results: unknown[] = [];
    const run = await createRecordingRun({
      provision: async ({ communicator }, { signal }) => {
        results.push(await communicator.exec("anything", { signal }));
        await communicator.upload(Buffer.from("x"), "/tmp/x", { signal });
      },
    });
    await build(run, { target: "x" });
    expect(results).toEqual([{ kind: "exit", code: 0 }]);
  });

  it("removes the file when a provisioner fails", async () => {
    const run = await createRecordingRun({ provision: () => Promise.reject(new Error("no")) });
    await expect(build(run, { target: "x", content: "y" })).rejects.toThrow("no");
    expect(await run.finish("failed")).toEqual([]);
    await expect(stat(join(run.directories.work, "x"))).rejects.toThrow("ENOENT");
  });

  it("but leaves a file where the user had one", async () => {
    const run = await createRecordingRun({ provision: () => Promise.reject(new Error("no")) });
    await writeFile(join(run.directories.work, "x"), "old");
    await expect(build(run, { target: "x", content: "new" })).rejects.toThrow("no");
    await run.finish("failed");
    expect(await readFile(join(run.directories.work, "x"), "utf8")).toBe("new");
  });

  it("says which file could not be written, and leaves nothing behind", async () => {
    const run = await createRecordingRun();
    await writeFile(join(run.directories.work, "file"), "");
    const path = join(run.directories.work, "file/in/it");
    await expect(build(run, { target: "file/in/it" })).rejects.toThrow(
      `${path} could not be written: "${run.directories.work}/file" is a file`,
    );
    expect(await run.finish("failed")).toEqual([]);
  });

  it("refuses a directory as target or source", async () => {
    const run = await createRecordingRun();
    await mkdir(join(run.directories.work, "d"));
    await expect(build(run, { target: "d", content: "x" })).rejects.toThrow("it is a directory");
    await expect(build(run, { target: "x", source: "d" })).rejects.toThrow('The source "d" is not a file');
  });

  it.each([
    [{ target: "x", content: "a", source: "b" }, "error", "conflicting-arguments"],
    [{ target: "x" }, "warning", "empty-file"],
    [{ content: "x" }, "error", "missing-argument"],
  ])("%j: %s %s", (args, severity, code) => {
    expect(issuesOf(builder.schema, args)).toMatchObject([{ severity, code }]);
  });
});
