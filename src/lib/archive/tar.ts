import { tapSource, type BytePieces } from "../byte-source.ts";
import type { ArchiveEntry } from "./entry.ts";
import { BLOCK, tarHeader, tarPadding } from "./tar-header.ts";

/** Two empty blocks end an archive. */
const END = Buffer.alloc(2 * BLOCK);

/** A POSIX tar stream (pax interchange format) of the entries in the given order, owned by root, all with one time. */
export async function* tar(entries: readonly ArchiveEntry[], time: Date): BytePieces {
  for (const entry of entries) {
    yield tarHeader(entry, time);
    yield* exactly(entry);
    const padding = tarPadding(entry.size);
    if (padding > 0) yield END.subarray(0, padding);
  }
  yield END;
}

/** A file that shrinks or grows while it is read would break the archive's structure: an error instead. */
export async function* exactly(entry: ArchiveEntry): BytePieces {
  const changed = () => new Error(`${entry.name} changed while it was being read`);
  let seen = 0;
  yield* tapSource(entry.open(), (piece) => {
    seen += piece.length;
    if (seen > entry.size) throw changed();
  });
  if (seen !== entry.size) throw changed();
}
