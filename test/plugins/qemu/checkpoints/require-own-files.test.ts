import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { requireOwnFiles } from "../../../../src/plugins/qemu/checkpoints/require-own-files.ts";
import { needs } from "../../../helper/need.ts";
import { temporaryDirectory } from "../../../helper/temporary-directory.ts";

const it = needs("qemu-img", "qemu-utils");

function createPlace() {
  const directory = temporaryDirectory();
  const path = (name: string): string => join(directory, name);
  const create = (...args: readonly string[]) =>
    execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", ...args], { cwd: directory });
  const check = (more: object) => requireOwnFiles({ chains: [], path, backing: undefined, media: [], ...more });
  return { path, create, check };
}

describe("the files of a checkpoint that others may have written", () => {
  it("takes chains as builds make them", async () => {
    const { path, create, check } = createPlace();
    create(path("disk"), "1M");
    create("-u", "-b", "disk", "-F", "qcow2", path("disk.1"), "1M");
    create(path("disk-1"), "1M");
    await check({ chains: [["disk", "disk.1"], ["disk-1"]] });
    create("-u", "-b", path("base"), "-F", "qcow2", path("over"), "1M");
    await check({ chains: [["over"]], backing: path("base") });
  });

  it.each([
    ["a lowest image over a file of this computer", ["-b", "/etc/shadow", "-F", "raw"], "lies over /etc/shadow"],
    ["one over an address", ["-b", "json:{'driver':'null-co'}", "-F", "raw"], "lies over json:"],
    ["one with data in another file", ["-o", "data_file=other,data_file_raw=on"], "data in another file"],
  ])("refuses %s", async (_, args, message) => {
    const { path, create, check } = createPlace();
    const unsafe = args.includes("-b") ? ["-u"] : [];
    create(...unsafe, ...args, path("bad"), "1M");
    await expect(check({ chains: [["bad"]] })).rejects.toThrow(message);
    await expect(check({ chains: [["bad"]], backing: path("base") })).rejects.toThrow(message);
    await expect(check({ media: [path("bad")] })).rejects.toThrow("no disc");
  });

  it("refuses an upper image over another than the one below it", async () => {
    const { path, create, check } = createPlace();
    create(path("low"), "1M");
    create("-u", "-b", "/etc/shadow", "-F", "raw", path("low.1"), "1M");
    await expect(check({ chains: [["low", "low.1"]] })).rejects.toThrow("lies over /etc/shadow");
    create(path("low.1"), "1M");
    await expect(check({ chains: [["low", "low.1"]] })).rejects.toThrow("lies over nothing");
    await expect(check({ chains: [["low"]], backing: path("base") })).rejects.toThrow("lies over nothing");
  });

  it("refuses what is no qcow2 image, and media that are described in words", async () => {
    const { path, check } = createPlace();
    writeFileSync(path("text"), `# Disk DescriptorFile\nversion=1\nRW 1 FLAT "/etc/shadow" 0\n`.padEnd(2000, " "));
    await expect(check({ chains: [["text"]] })).rejects.toThrow("no qcow2 image");
    await expect(check({ media: [path("text")] })).rejects.toThrow("no disc");
    writeFileSync(path("empty"), "");
    await expect(check({ chains: [["empty"]] })).rejects.toThrow("no qcow2 image");
    await expect(check({ media: [path("empty")] })).rejects.toThrow("no disc");
  });
});
