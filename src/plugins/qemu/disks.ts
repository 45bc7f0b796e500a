import { join } from "node:path";
import type { Run } from "../../sdk/run.ts";
import { DiskError } from "../../steps/disk-error.ts";
import type { QemuConfig } from "./options/qemu.ts";
import { parseDiskSize } from "./disk-size.ts";
import type { DiskFile } from "./drive-arguments.ts";
import { QemuImg, tooSmall, type QemuImgArgs } from "./qemu-img.ts";

export const DEFAULT_SIZE = "40960M";

export interface DiskPlan {
  readonly directory: string;
  readonly name: string;
  /** The downloaded image; the main disk starts as a copy of it with `disk_image`. */
  readonly source: string;
}

/** Makes the disks: the main one empty, as a copy of the source or as an overlay over it; the additional ones empty. */
export async function createDisks(run: Run, config: QemuConfig, plan: DiskPlan): Promise<readonly DiskFile[]> {
  const disks = imagePaths(config, plan);
  await run.step("create disks", async ({ signal }) => {
    const qemuImg = new QemuImg(run, imageArguments(config), signal);
    await createMainDisk(run, config, plan, qemuImg);
    for (const [index, size] of config.disk_additional_size.entries()) {
      await qemuImg.create(diskPath(plan, index + 1), { format: config.format, size: parseDiskSize(size) });
    }
  });
  return disks;
}

/** Every disk of the machine, the main one first. */
export function imagePaths(config: QemuConfig, place: Pick<DiskPlan, "directory" | "name">): readonly DiskFile[] {
  const sizes = [config.disk_size, ...config.disk_additional_size];
  return sizes.map((_, index): DiskFile => ({ path: diskPath(place, index), format: config.format }));
}

/** The first disk is named like the machine; the others are numbered from 1. */
function diskPath({ directory, name }: Pick<DiskPlan, "directory" | "name">, index: number): string {
  return join(directory, index === 0 ? name : `${name}-${index}`);
}

async function createMainDisk(run: Run, config: QemuConfig, plan: DiskPlan, qemuImg: QemuImg): Promise<void> {
  const { format, disk_size: wanted = DEFAULT_SIZE } = config;
  const path = diskPath(plan, 0);
  if (!config.disk_image) {
    run.say(`Creating a disk of ${wanted}`);
    return qemuImg.create(path, { format, size: parseDiskSize(wanted) });
  }
  const source = await qemuImg.info(plan.source);
  const size = wantedSize(config, plan.source, source.virtualSize);
  if (config.use_backing_file) {
    run.say("Creating the disk as an overlay over the source image");
    const backing = { path: plan.source, format: source.format };
    return qemuImg.create(path, { format, size, backing });
  }
  run.say("Copying the source image");
  await qemuImg.copy(plan.source, path, format);
  if (size !== undefined && size !== source.virtualSize) await qemuImg.resize(path, format, size);
}

/** The size the copied or overlaid disk should have; `undefined` leaves that of the source. */
function wantedSize(config: QemuConfig, source: string, sourceSize: number): number | undefined {
  if (config.skip_resize_disk) return undefined;
  const wanted = parseDiskSize(config.disk_size ?? DEFAULT_SIZE)!;
  if (wanted >= sourceSize) return wanted;
  if (config.disk_size === undefined) return undefined;
  throw tooSmall(source, sourceSize, config.disk_size);
}

/**
 * Compacts and compresses every disk as configured. An overlay stays as it is: compacting would flatten it. Where there
 * is no room for the copy, a disk that was only to be compacted stays as it is: it is whole.
 */
export async function finishDisks(run: Run, config: QemuConfig, disks: readonly DiskFile[]): Promise<void> {
  const isCompacted = !config.skip_compaction && !config.use_backing_file;
  const isCompressed = config.disk_compression && config.format === "qcow2";
  if (!isCompacted && !isCompressed) return;
  await run.step("compact disks", async ({ signal }) => {
    const qemuImg = new QemuImg(run, imageArguments(config), signal);
    for (const { path, format } of disks) {
      run.say(`Compacting ${path}`);
      try {
        await qemuImg.compact(path, format, isCompressed);
      } catch (error) {
        if (!(error instanceof DiskError) || isCompressed) throw error;
        run.warn(`There is no room to compact ${path}. It is whole, but larger than need be.`);
      }
    }
  });
}

function imageArguments(config: QemuConfig): QemuImgArgs {
  return config.qemu_img_args ?? { convert: [], create: [], resize: [] };
}
