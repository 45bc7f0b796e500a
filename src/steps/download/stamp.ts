import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import type { Digest } from "../../lib/checksum.ts";
import { isOursAlone } from "../../lib/ours-alone.ts";
import { bootId } from "../../lib/process-identity.ts";

/** Says that a file, as long as it looks like this, has this digest: it need not be read again. */
interface Stamp {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** Of the status: nobody can set it back. */
  readonly ctimeMs: number;
  readonly inode: number;
  /** A power cut may lose what was written just before: after a restart of the machine the file is read once more. */
  readonly bootId: string | undefined;
  readonly digests: readonly Digest[];
}

/**
 * The digests a file was found to have, if it has not changed since. A stamp that somebody else may have written, or for
 * a file that somebody else may have changed, says nothing.
 */
export async function stampedDigests(cache: string, path: string): Promise<readonly Digest[]> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats) return [];
  try {
    const at = stampPath(cache, path);
    const believed = await Promise.all([path, dirname(path), at, dirname(at)].map(isOursAlone));
    if (believed.includes(false)) return [];
    const stamp = JSON.parse(await readFile(at, "utf8")) as Stamp;
    const isUnchanged =
      stamp.path === path &&
      stamp.size === stats.size &&
      stamp.mtimeMs === stats.mtimeMs &&
      stamp.ctimeMs === stats.ctimeMs &&
      stamp.inode === stats.ino &&
      stamp.bootId === (await bootId());
    if (isUnchanged) return stamp.digests.filter(isDigest);
  } catch {
    // None, or none that can be read: the same.
  }
  return [];
}

/** `seen`: what the file looked like before it was read. A file that is changed meanwhile has no valid stamp. */
export async function stampDigest(
  cache: string,
  path: string,
  { digest, seen }: { readonly digest: Digest; readonly seen?: Stats },
): Promise<void> {
  const known = await stampedDigests(cache, path);
  const { size, mtimeMs, ctimeMs, ino } = seen ?? (await stat(path));
  const others = known.filter(({ algorithm }) => algorithm !== digest.algorithm);
  const stamp: Stamp = {
    path,
    size,
    mtimeMs,
    ctimeMs,
    inode: ino,
    bootId: await bootId(),
    digests: [...others, digest],
  };
  const target = stampPath(cache, path);
  await ensureDirectory(dirname(target), 0o755);
  await writeFileAtomic(target, JSON.stringify(stamp), { volatile: true });
}

function isDigest(value: unknown): boolean {
  const { algorithm, hex } = (value ?? {}) as Partial<Record<keyof Digest, unknown>>;
  return typeof algorithm === "string" && typeof hex === "string" && /^[0-9a-f]+$/.test(hex);
}

function stampPath(cache: string, path: string): string {
  return join(cache, "verified", `${createHash("sha256").update(path).digest("hex").slice(0, 32)}.json`);
}
