import { mkdir, readFile, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import type { Digest } from "../../lib/checksum.ts";
import { bootId } from "../../lib/process-identity.ts";

/** Says that a file, as long as it looks like this, has this digest: it need not be read again. */
interface Stamp {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly inode: number;
  /** A power cut may lose what was written just before: after a restart of the machine the file is read once more. */
  readonly bootId: string | undefined;
  readonly digests: readonly Digest[];
}

/** The digests a file was found to have, if it has not changed since. */
export async function stampedDigests(cache: string, path: string): Promise<readonly Digest[]> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats) return [];
  try {
    const stamp = JSON.parse(await readFile(stampPath(cache, path), "utf8")) as Stamp;
    const isUnchanged =
      stamp.path === path &&
      stamp.size === stats.size &&
      stamp.mtimeMs === stats.mtimeMs &&
      stamp.inode === stats.ino &&
      stamp.bootId === (await bootId());
    if (isUnchanged) return stamp.digests;
  } catch {
    // None, or none that can be read: the same.
  }
  return [];
}

export async function stampDigest(cache: string, path: string, digest: Digest): Promise<void> {
  const known = await stampedDigests(cache, path);
  const { size, mtimeMs, ino } = await stat(path);
  const others = known.filter(({ algorithm }) => algorithm !== digest.algorithm);
  const stamp: Stamp = { path, size, mtimeMs, inode: ino, bootId: await bootId(), digests: [...others, digest] };
  const target = stampPath(cache, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFileAtomic(target, JSON.stringify(stamp), { volatile: true });
}

function stampPath(cache: string, path: string): string {
  return join(cache, "verified", `${createHash("sha256").update(path).digest("hex").slice(0, 32)}.json`);
}
