import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { snapshotTree, type TreeSnapshot } from "./snapshot-tree.ts";

const execute = promisify(execFile);

/** What is in the ext2 file system of a disk image, which is not changed. `directory` must be there and is filled. */
export async function imageFiles(image: string, directory: string): Promise<TreeSnapshot> {
  const raw = join(directory, "raw");
  const files = join(directory, "files");
  await mkdir(files);
  await execute("qemu-img", ["convert", "-O", "raw", image, raw]);
  await execute("/sbin/debugfs", ["-R", `rdump / ${files}`, raw]);
  return snapshotTree(files);
}
