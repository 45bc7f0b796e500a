import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeOwnedDirectory } from "../../src/owned/owned-directory.ts";
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

  describe("R-02: never removes the directory one works in, whatever the path to it is called", () => {
    const others: Readonly<Record<string, (work: string) => string>> = {
      "a link to it": (work) => linkTo(work, join(work, "../link-to-work")),
      "a linked parent": (work) => join(linkTo(join(work, ".."), join(work, "../cache/up")), "work"),
      "a link, and back and forth": (work) => `${linkTo(join(work, ".."), join(work, "../cache/up"))}/work/../work/.`,
      "a linked directory around it": (work) => linkTo(join(work, ".."), join(work, "../temp/around")),
    };
    it.each(Object.entries(others))("%s", async (_, make) => {
      const run = await createRecordingRun({ options: { force: true } });
      const { work } = run.directories;
      writeFileSync(join(work, "precious"), "mine");
      await expect(outputDirectory(run, { path: make(work) })).rejects.toThrow("cannot be made anew");
      expect(readFileSync(join(work, "precious"), "utf8")).toBe("mine");
    });
  });

  describe("M-04: never removes what the build reads", () => {
    const inputs: Readonly<Record<string, string>> = {
      path: "out/disk.img",
      "path with dots": "./other/../out/disk.img",
      "file URL": "file:out/disk.img",
      pattern: "out/*.img",
      "directory with it": "out",
      "directory in it": "out/sub/",
      link: "link.img",
      "linked directory": "linked/disk.img",
    };
    it.each(Object.entries(inputs))("named by a %s", async (_, text) => {
      const run = await createRecordingRun({ options: { force: true } });
      const { work } = run.directories;
      mkdirSync(join(work, "out/sub"), { recursive: true });
      mkdirSync(join(work, "other"));
      writeFileSync(join(work, "out/disk.img"), "disk");
      linkTo("out/disk.img", join(work, "link.img"));
      linkTo("out", join(work, "linked"));
      const reading = Object.assign(run, { inputs: () => [{ argument: "iso_url", text }] });
      await expect(outputDirectory(reading, { path: "out" })).rejects.toMatchObject({
        message: expect.stringContaining("the build reads") as string,
        hint: expect.stringContaining('"iso_url" names it') as string,
      });
      expect(readFileSync(join(work, "out/disk.img"), "utf8")).toBe("disk");
    });

    it.each(["elsewhere.img", "https://example.com/out/disk.img", "out/absent.img"])(
      "but %s is no reason",
      async (text) => {
        const run = await createRecordingRun({ options: { force: true } });
        mkdirSync(join(run.directories.work, "out"));
        writeFileSync(join(run.directories.work, "elsewhere.img"), "");
        const reading = Object.assign(run, { inputs: () => [{ argument: "iso_url", text }] });
        await outputDirectory(reading, { path: "out" });
      },
    );
  });

  it.each([true, false])("R-01: refuses a file in its place, with -force %s", async (force) => {
    const run = await createRecordingRun({ options: { force } });
    writeFileSync(join(run.directories.work, "out"), "mine");
    await expect(outputDirectory(run, { path: "out" })).rejects.toThrow("is a file");
    expect(readFileSync(join(run.directories.work, "out"), "utf8")).toBe("mine");
  });

  it("R-01: follows a link to a directory, and leaves the link", async () => {
    const run = await createRecordingRun({ options: { force: true } });
    const { work } = run.directories;
    mkdirSync(join(work, "real"));
    linkTo("real", join(work, "out"));
    const output = await outputDirectory(run, { path: "out" });
    expect(output.path).toBe(join(work, "real"));
    await run.finish("succeeded");
    expect(existsSync(join(work, "out"))).toBe(true);
  });
});

function linkTo(target: string, path: string): string {
  symlinkSync(target, path);
  return path;
}
