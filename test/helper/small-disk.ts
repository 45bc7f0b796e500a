import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, renameSync, rmdirSync, statfsSync } from "node:fs";
import { join } from "node:path";

const MIB = 1024 * 1024;
/** What is left of the file system when it is full: enough for a guest to go on. */
const LEFT_BYTES = 16 * MIB;
/** What is free before, beside what is in the directory. */
const ROOM_MIB = 300;

/** Runs `body` with the directory on a file system of its own, which `fill` makes full but for 16 MiB. Takes root. */
export async function onSmallDisk(directory: string, body: (fill: () => void) => Promise<void>): Promise<void> {
  const aside = `${directory}-aside`;
  renameSync(directory, aside);
  mkdirSync(directory);
  const used = Number.parseInt(execFileSync("du", ["-sm", aside], { encoding: "utf8" }), 10);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${used + ROOM_MIB}m,mode=700`, "tmpfs", directory]);
  try {
    execFileSync("cp", ["-a", `${aside}/.`, directory]);
    await body(() => {
      while (freeBytes(directory) > LEFT_BYTES) appendFileSync(join(directory, "filler"), Buffer.alloc(MIB));
    });
  } finally {
    execFileSync("umount", ["-l", directory]);
    rmdirSync(directory);
    renameSync(aside, directory);
  }
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
