import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeOwnedDirectory } from "../../src/sdk/owned-directory.ts";
import { outputDirectory } from "../../src/steps/output-directory.ts";
import { createRecordingRun } from "../helper/recording-run.ts";

describe("outputDirectory", () => {
  it("is output-BUILD by default, and lists what was put in it but not our marker", async () => {
    const run = await createRecordingRun();
    const output = await outputDirectory(run);
    expect(output.path).toBe(join(run.directories.work, "output-example"));
    mkdirSync(join(output.path, "nvram"));
    for (const name of ["b.qcow2", "a.ovf", "nvram/vars.fd"]) writeFileSync(join(output.path, name), "");
    expect(await output.files()).toEqual(["a.ovf", "b.qcow2", "nvram/vars.fd"].map((name) => join(output.path, name)));
  });

  it("is kept without a trace of us when the build succeeds", async () => {
    const run = await createRecordingRun();
    const { path } = await outputDirectory(run, { path: "out" });
    writeFileSync(join(path, "disk"), "");
    expect(await run.finish("succeeded")).toEqual([]);
    expect(readdirSync(path)).toEqual(["disk"]);
    expect(run.journal).toMatchObject([{ resource: { kind: "directory", id: path }, struck: true }]);
  });

  it.each(["failed", "cancelled"] as const)("is removed when the build %s", async (outcome) => {
    const run = await createRecordingRun();
    const { path } = await outputDirectory(run, { path: "out" });
    writeFileSync(join(path, "disk"), "");
    await run.finish(outcome);
    expect(existsSync(path)).toBe(false);
  });

  it("does not touch what is there already", async () => {
    const run = await createRecordingRun();
    const path = join(run.directories.work, "out");
    mkdirSync(path);
    writeFileSync(join(path, "precious"), "");
    await expect(outputDirectory(run, { path: "out" })).rejects.toThrow(
      `The output directory "${path}" exists already`,
    );
    await run.finish("failed");
    expect(readdirSync(path)).toEqual(["precious"]);
  });

  it("replaces it when forced", async () => {
    const run = await createRecordingRun({ options: { force: true } });
    const path = join(run.directories.work, "out");
    mkdirSync(path);
    writeFileSync(join(path, "old"), "");
    await outputDirectory(run, { path: "out" });
    expect(readdirSync(path)).toEqual([".imgbuild-run"]);
  });

  it.each([".", "..", "../..", "/"])(
    "is never made anew where the user works, not even when forced: %s",
    async (path) => {
      const run = await createRecordingRun({ options: { force: true } });
      writeFileSync(join(run.directories.work, "precious"), "");
      await expect(outputDirectory(run, { path })).rejects.toMatchObject({
        message: expect.stringContaining("cannot be made anew") as string,
        hint: expect.stringContaining("Set output_directory") as string,
      });
      expect(existsSync(join(run.directories.work, "precious"))).toBe(true);
    },
  );

  it("is output-BUILD where the template has an empty text, as in Packer", async () => {
    const run = await createRecordingRun({ options: { force: true } });
    expect((await outputDirectory(run, { path: "" })).path).toBe(join(run.directories.work, "output-example"));
  });

  it("takes the place of an empty one that an earlier run left, and points at cleanup for a full one (VBX-04)", async () => {
    const run = await createRecordingRun();
    const path = join(run.directories.work, "out");
    await makeOwnedDirectory(path, "an-earlier-run");
    writeFileSync(join(path, "half-done"), "");
    await expect(outputDirectory(run, { path: "out" })).rejects.toMatchObject({
      message: `The output directory "${path}" belongs to the unfinished run an-earlier-run`,
      hint: expect.stringContaining("imgbuild cleanup") as string,
    });
    const empty = join(run.directories.work, "empty");
    await makeOwnedDirectory(empty, "an-earlier-run");
    expect((await outputDirectory(run, { path: "empty" })).path).toBe(empty);
  });
});
