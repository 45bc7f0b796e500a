import { createHash } from "node:crypto";
import type { DamagedError } from "./store.ts";

export interface ExpectedContent {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** In bytes, where it is known. */
  readonly size?: number | undefined;
}

/** The pieces as they come. Throws what `damaged` gives at their end, where together they are not what is expected. */
export async function* verified(
  pieces: AsyncIterable<Uint8Array>,
  { sha256, size }: ExpectedContent,
  damaged: () => DamagedError | Promise<DamagedError>,
): AsyncIterable<Uint8Array> {
  const hash = createHash("sha256");
  let length = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    length += piece.length;
    yield piece;
  }
  const isWhole = size === undefined || length === size;
  if (!isWhole || hash.digest("hex") !== sha256) throw await damaged();
}
