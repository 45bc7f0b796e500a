import { execFile } from "node:child_process";
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { createDisks, finishDisks } from "../../src/plugins/qemu/disks.ts";
import { qemuConfig } from "../plugins/qemu/qemu-config.ts";
import { needs } from "../helper/need.ts";
import { createRecordingRun, type RecordingRun } from "../helper/recording-run.ts";

const withQemuImg = needs("qemu-img", "qemu-utils");
const MIB = 1024 ** 2;

interface Info {
  readonly format: string;
  readonly "virtual-size": number;
  readonly "actual-size": number;
  readonly "backing-filename"?: string;
}

async function qemuImg(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("qemu-img", args)).stdout;
}

async function info(path: string): Promise<Info> {
  return JSON.parse(await qemuImg("info", "--output=json", path)) as Info;
}

/** A source disk of 4 MiB that begins with `hello`. */
async function sourceImage(run: RecordingRun, format: "raw" | "qcow2"): Promise<string> {
  const raw = join(run.directories.work, "source.raw");
  await writeFile(raw, Buffer.concat([Buffer.from("hello"), Buffer.alloc(4 * MIB - 5)]));
  const path = join(run.directories.work, `source.${format}`);
  if (format === "qcow2") await qemuImg("convert", "-O", "qcow2", raw, path);
  return path;
}

async function firstBytes(run: RecordingRun, path: string): Promise<string> {
  const raw = join(run.directories.work, "look.raw");
  await qemuImg("convert", "-O", "raw", path, raw);
  return (await readFile(raw)).subarray(0, 5).toString();
}

const plan = (run: RecordingRun, source = "") => ({ directory: run.directories.work, name: "disk", source });

describe("createDisks", () => {
  withQemuImg("makes empty disks of the sizes asked for", async () => {
    const run = await createRecordingRun();
    const config = qemuConfig({ disk_size: "5000", disk_additional_size: ["1G", "2M"] });
    const disks = await createDisks(run, config, plan(run));
    expect(disks.map(({ path }) => path.replace(run.directories.work, ""))).toEqual(["/disk", "/disk-1", "/disk-2"]);
    const infos = await Promise.all(disks.map(({ path }) => info(path)));
    expect(infos.map((disk) => [disk.format, disk["virtual-size"] / MIB])).toEqual([
      ["qcow2", 5000],
      ["qcow2", 1024],
      ["qcow2", 2],
    ]);
  });

  for (const from of ["raw", "qcow2"] as const) {
    for (const format of ["raw", "qcow2"] as const) {
      withQemuImg(`copies a ${from} source to a ${format} disk and grows it`, async () => {
        const run = await createRecordingRun();
        const config = qemuConfig({ disk_image: true, format, disk_size: "8M" });
        const [disk] = await createDisks(run, config, plan(run, await sourceImage(run, from)));
        expect(await info(disk!.path)).toMatchObject({ format, "virtual-size": 8 * MIB });
        expect(await firstBytes(run, disk!.path)).toBe("hello");
      });
    }
  }

  withQemuImg("lays an overlay over the source, which compaction leaves alone", async () => {
    const run = await createRecordingRun();
    const source = await sourceImage(run, "raw");
    const config = qemuConfig({ disk_image: true, use_backing_file: true, disk_size: "8M" });
    const disks = await createDisks(run, config, plan(run, source));
    await finishDisks(run, config, disks);
    expect(await info(disks[0]!.path)).toMatchObject({ "backing-filename": source, "virtual-size": 8 * MIB });
    expect(await firstBytes(run, disks[0]!.path)).toBe("hello");
  });

  withQemuImg("flattens a source that is an overlay itself", async () => {
    const run = await createRecordingRun();
    const overlay = join(run.directories.work, "overlay.qcow2");
    await qemuImg("create", "-q", "-f", "qcow2", "-b", await sourceImage(run, "raw"), "-F", "raw", overlay);
    const [disk] = await createDisks(run, qemuConfig({ disk_image: true, disk_size: "8M" }), plan(run, overlay));
    expect((await info(disk!.path))["backing-filename"]).toBeUndefined();
    expect(await firstBytes(run, disk!.path)).toBe("hello");
  });

  withQemuImg("leaves the source's size with skip_resize_disk", async () => {
    const run = await createRecordingRun();
    const config = qemuConfig({ disk_image: true, skip_resize_disk: true, disk_size: "1M" });
    const [disk] = await createDisks(run, config, plan(run, await sourceImage(run, "qcow2")));
    expect((await info(disk!.path))["virtual-size"]).toBe(4 * MIB);
  });

  withQemuImg("refuses to cut the end of the source off", async () => {
    const run = await createRecordingRun();
    const config = qemuConfig({ disk_image: true, disk_size: "1M" });
    await expect(createDisks(run, config, plan(run, await sourceImage(run, "raw")))).rejects.toMatchObject({
      message: "disk_size (1M) is smaller than the source image, which has 4 MiB",
    });
    await expect(access(join(run.directories.work, "disk"))).rejects.toThrow();
  });

  withQemuImg("says what is wrong with a source that is no image", async () => {
    const run = await createRecordingRun();
    const config = qemuConfig({ disk_image: true });
    await expect(createDisks(run, config, plan(run, "/nonexistent.qcow2"))).rejects.toThrow(
      /^qemu-img failed: Could not open '\/nonexistent.qcow2': .*No such file or directory$/,
    );
  });

  withQemuImg("passes the user's arguments on", async () => {
    const run = await createRecordingRun();
    const config = qemuConfig({ disk_size: "8M", qemu_img_args: { create: ["-o", "cluster_size=512k"] } });
    const [disk] = await createDisks(run, config, plan(run));
    expect(await info(disk!.path)).toMatchObject({ "cluster-size": 512 * 1024 });
  });

  withQemuImg("passes the user's arguments on to copies and resizes as well", async () => {
    const run = await createRecordingRun();
    const qemu_img_args = { convert: ["-o", "cluster_size=512k"], resize: ["--preallocation=falloc"] };
    const config = qemuConfig({ disk_image: true, disk_size: "32M", qemu_img_args });
    const [disk] = await createDisks(run, config, plan(run, await sourceImage(run, "raw")));
    const made = await info(disk!.path);
    expect(made).toMatchObject({ "cluster-size": 512 * 1024, "virtual-size": 32 * MIB });
    expect(made["actual-size"]).toBeGreaterThan(28 * MIB);
  });
});

describe("finishDisks", () => {
  withQemuImg("compacts and compresses every disk", async () => {
    const run = await createRecordingRun();
    const config = qemuConfig({ disk_size: "8M", disk_additional_size: ["8M"], disk_compression: true });
    const disks = await createDisks(run, config, plan(run));
    for (const { path } of disks) {
      await promisify(execFile)("qemu-io", ["-c", "write -P 0x41 0 4M", "-c", "write -P 0 1M 3M", path]);
    }
    const before = await Promise.all(disks.map(({ path }) => info(path)));
    await finishDisks(run, config, disks);
    for (const [index, { path }] of disks.entries()) {
      expect((await info(path))["actual-size"]).toBeLessThan(before[index]!["actual-size"] / 4);
      expect(await firstBytes(run, path)).toBe("AAAAA");
    }
  });

  withQemuImg("leaves everything as it is with skip_compaction", async () => {
    const run = await createRecordingRun();
    const config = qemuConfig({ disk_size: "8M", skip_compaction: true });
    const disks = await createDisks(run, config, plan(run));
    const before = await readFile(disks[0]!.path);
    await finishDisks(run, config, disks);
    expect(await readFile(disks[0]!.path)).toEqual(before);
  });
});
