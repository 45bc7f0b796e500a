import { lstat, readdir, readlink, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { hashFile } from "../lib/checksum.ts";
import type { KeyInputs } from "./checkpoint.ts";

/** What the names of such inputs begin with; the path follows. */
export const FILE_INPUT = "file ";

/**
 * Files and directories of this computer as inputs of a step, for `Provisioner.filesRead`: content and mode of every file,
 * targets of links. What is not there is an input too.
 */
export async function fileInputs(paths: readonly string[], work: string): Promise<KeyInputs> {
  const inputs = await Promise.all(
    paths.map(async (path) => [`${FILE_INPUT}${path}`, await fileContent(resolve(work, path))] as const),
  );
  return Object.fromEntries(inputs);
}

/** What is at an absolute path. A link that is named itself is followed, as when it is copied. */
export async function fileContent(path: string): Promise<unknown> {
  const real = await realpath(path).catch(() => undefined);
  return real === undefined ? "not there" : describe(real);
}

async function describe(path: string): Promise<unknown> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return { link: await readlink(path) };
  if (found.isFile()) return { mode: found.mode & 0o7777, sha256: (await hashFile(path, "sha256")).hex };
  if (!found.isDirectory()) return { mode: found.mode };
  const members: Record<string, unknown> = {};
  for (const name of (await readdir(path)).toSorted()) members[name] = await describe(join(path, name));
  return { mode: found.mode & 0o7777, members };
}
