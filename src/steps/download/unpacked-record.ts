import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import type { Digest } from "../../lib/checksum.ts";
import { isOursAlone } from "../../lib/ours-alone.ts";

/** What the image in a packed file was found to be. Nothing that somebody else may have written is believed. */
export async function readUnpackedDigest(cache: string, packed: Digest): Promise<Digest | undefined> {
  const path = recordPath(cache, packed);
  try {
    if (!(await isOursAlone(path)) || !(await isOursAlone(dirname(path)))) return undefined;
    const record: unknown = JSON.parse(await readFile(path, "utf8"));
    return isSha256(record) ? { algorithm: "sha256", hex: record.hex } : undefined;
  } catch {
    // None, or none that can be read: the same.
    return undefined;
  }
}

export async function writeUnpackedDigest(cache: string, packed: Digest, image: Digest): Promise<void> {
  const path = recordPath(cache, packed);
  await ensureDirectory(dirname(path), 0o755);
  await writeFileAtomic(path, JSON.stringify(image), { volatile: true });
}

function isSha256(value: unknown): value is { readonly hex: string } {
  if (typeof value !== "object" || value === null) return false;
  const { algorithm, hex } = value as Record<string, unknown>;
  return algorithm === "sha256" && typeof hex === "string" && /^[0-9a-f]{64}$/.test(hex);
}

function recordPath(cache: string, { algorithm, hex }: Digest): string {
  return join(cache, "unpacked", `${algorithm}-${hex}.json`);
}
