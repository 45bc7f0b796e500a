import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureDirectory } from "../lib/ensure-directory.ts";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import { isOursAlone } from "../lib/ours-alone.ts";
import { realPathOf } from "../lib/same-place.ts";
import { MARKER_FILE } from "../owned/owned-directory.ts";
import type { Run } from "../sdk/run.ts";

type Places = Pick<Run, "directories">;

/** Remembers that a build made this directory: another one may replace it, with `-force`. */
export async function rememberOutput(run: Places, path: string): Promise<void> {
  const place = await notePath(run, path);
  await ensureDirectory(dirname(place), 0o755);
  await writeFileAtomic(place, JSON.stringify(await identityOf(path)), { volatile: true });
}

/**
 * What in a directory no build made; empty where all of it may be replaced. A directory that is remembered is a build's as a
 * whole: post-processors and scripts put things beside an image. Of any other one those are, whose names begin as those of
 * the machine's files do (an image of Packer's, or of another state of this host).
 */
export async function thingsOfOthers(
  run: Places,
  path: string,
  ownNames: readonly string[],
): Promise<readonly string[]> {
  if (await isRemembered(run, path)) return [];
  const names = await readdir(path);
  const own = [MARKER_FILE, ...NEXT_TO_IMAGES, ...ownNames.filter((name) => name !== "")];
  return names.includes(MARKER_FILE) ? [] : names.filter((name) => !own.some((start) => name.startsWith(start)));
}

/** QEMU's variables of UEFI. */
const NEXT_TO_IMAGES = ["efivars.fd"];

async function isRemembered(run: Places, path: string): Promise<boolean> {
  const place = await notePath(run, path);
  if (!(await isOursAlone(place)) || !(await isOursAlone(dirname(place)))) return false;
  const note = await readFile(place, "utf8").catch(() => undefined);
  return note === JSON.stringify(await identityOf(path));
}

/** Another directory of that name is another one: it was born at another time, where the file system knows when. */
async function identityOf(path: string): Promise<Readonly<Record<string, string>>> {
  const { dev, ino, birthtimeNs } = await stat(path, { bigint: true });
  return { dev: String(dev), ino: String(ino), born: String(birthtimeNs) };
}

async function notePath({ directories }: Places, path: string): Promise<string> {
  const key = createHash("sha256")
    .update(await realPathOf(path))
    .digest("hex")
    .slice(0, 32);
  return join(directories.cache, "outputs", `${key}.json`);
}
