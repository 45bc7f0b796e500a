import type { ArchiveEntry } from "./entry.ts";
import { BLOCK, tarHeader, tarPadding } from "./tar-header.ts";

/** Two empty blocks end an archive. */
const END = Buffer.alloc(2 * BLOCK);

/** A POSIX tar stream (pax interchange format) of the entries in the given order, owned by root, all with one time. */
export async function* tar(entries: readonly ArchiveEntry[], time: Date): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield tarHeader(entry, time);
    yield* exactly(entry);
    const padding = tarPadding(entry.size);
    if (padding > 0) yield END.subarray(0, padding);
  }
  yield END;
}

/** A file that shrinks or grows while it is read would break the archive's structure: an error instead. */
export async function* exactly(entry: ArchiveEntry): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of entry.open()) {
    seen += chunk.length;
    if (seen > entry.size) break;
    yield chunk;
  }
  if (seen !== entry.size) throw new Error(`${entry.name} changed while it was being read`);
}
