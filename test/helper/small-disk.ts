import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmdirSync, statfsSync } from "node:fs";
import { join } from "node:path";

/** What is left of the file system when it is full: enough for a guest to go on. */
const LEFT_BYTES = 16 * 1024 * 1024;

/** Runs `body` with the directory on a file system of its own, which `fill` makes full but for 16 MiB. Takes root. */
export async function onSmallDisk(directory: string, body: (fill: () => void) => Promise<void>): Promise<void> {
  const aside = `${directory}-aside`;
  renameSync(directory, aside);
  mkdirSync(directory);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1g,mode=700", "tmpfs", directory]);
  try {
    execFileSync("cp", ["-a", `${aside}/.`, directory]);
    await body(() => {
      const { bavail, bsize } = statfsSync(directory);
      execFileSync("fallocate", ["-l", String(bavail * bsize - LEFT_BYTES), join(directory, "filler")]);
    });
  } finally {
    execFileSync("umount", ["-l", directory]);
    rmdirSync(directory);
    renameSync(aside, directory);
  }
}
