import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { createDisks, finishDisks } from "../../src/plugins/qemu/disks.ts";
import { download } from "../../src/steps/download.ts";
import { createCd } from "../../src/steps/cd.ts";
import { qemuConfig } from "../plugins/qemu/qemu-config.ts";
import { startServer } from "../helper/http-server.ts";
import { asRoot } from "../helper/need.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";

const withDisk = asRoot("to mount a small file system");

const content = Buffer.alloc(6 * 1024 * 1024, "imgbuild");
const digest = { algorithm: "sha256", hex: createHash("sha256").update(content).digest("hex") } as const;

/** A run whose cache or private directory is a file system of a few MiB. */
async function tinyDiskRun(which: "cache" | "temp", options: string): Promise<RecordingRun> {
  const run = await createRecordingRun();
  const path = join(run.directories[which], "small");
  mkdirSync(path);
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  onTestFinished(() => void execFileSync("umount", ["-l", path]));
  return createRecordingRun({ directories: { [which]: path } });
}
const get = (run: RecordingRun, urls: readonly string[]) =>
  download(run, { label: "ISO", urls, checksum: { kind: "digest", digest }, extension: "iso" });

describe("download to a full disk (DL-12)", () => {
  withDisk("does not begin what cannot fit, and tries no other place", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await tinyDiskRun("cache", "size=4m");
    await expect(get(run, [`${server.url}/a.iso`, `${server.url}/b.iso`])).rejects.toThrow(
      /^No room in .*: 6.0 MiB more are needed, and 4.0 MiB are free$/,
    );
    expect(server.requests).toHaveLength(1);
  });

  withDisk("keeps the beginning when the disk fills up meanwhile, and goes on when there is room", async () => {
    const server = await startServer({ "/a.iso": { bytes: content, chunked: true } });
    const run = await tinyDiskRun("cache", "size=4m");
    await expect(get(run, [`${server.url}/a.iso`])).rejects.toThrow(
      /^Nothing more can be written to .*: the disk is full$/,
    );
    const part = join(run.directories.cache, "download", `sha256-${digest.hex}.iso.part`);
    expect(statSync(part).size).toBeGreaterThan(0);
    execFileSync("mount", ["-o", "remount,size=64m", run.directories.cache]);
    const { path } = await get(run, [`${server.url}/a.iso`]);
    expect(server.requests[1]?.headers.range).toMatch(/^bytes=\d+-$/);
    expect(readFileSync(path).equals(content)).toBe(true);
  });

  withDisk("says that the cache is read-only", async () => {
    const server = await startServer({ "/a.iso": { bytes: content } });
    const run = await tinyDiskRun("cache", "ro,size=4m");
    await expect(get(run, [`${server.url}/a.iso`])).rejects.toThrow(
      /^The directory .*download cannot be made: .*small is read-only$/,
    );
  });
});

describe("a CD on a full disk", () => {
  withDisk("is not left behind half written", async () => {
    const run = await tinyDiskRun("temp", "size=1m");
    const cd_content = { "big.txt": "x".repeat(3_000_000) };
    await expect(createCd(run, { cd_label: "packer", cd_content })).rejects.toThrow(
      /^Nothing more can be written to .*: the disk is full$/,
    );
    expect(existsSync(run.directories.temp) && readdirSync(run.directories.temp)).toEqual([]);
  });
});

describe("compaction on a full disk", () => {
  const disk = async (compress: boolean) => {
    const run = await tinyDiskRun("temp", "size=8m");
    const config = qemuConfig({ disk_size: "16M", disk_compression: compress });
    const disks = await createDisks(run, config, { directory: run.directories.temp, name: "disk", source: "" });
    const { path } = disks[0]!;
    writeFileSync(join(run.directories.work, "random"), randomBytes(5 * 1024 * 1024));
    execFileSync("qemu-io", ["-c", `write -s ${join(run.directories.work, "random")} 0 5M`, path]);
    return { run, path, before: readFileSync(path), finished: finishDisks(run, config, disks) };
  };

  withDisk("leaves the image as it was, and says so", async () => {
    const { run, path, before, finished } = await disk(false);
    await finished;
    expect(run.warnings()).toEqual([`There is no room to compact ${path}. It is whole, but larger than need be.`]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(run.directories.temp)).toEqual(["disk"]);
  });

  withDisk("fails where the image was to be compressed", async () => {
    const { run, finished } = await disk(true);
    await expect(finished).rejects.toThrow(/^qemu-img failed: .*No space left on device$/);
    expect(readdirSync(run.directories.temp)).toEqual(["disk"]);
  });
});
