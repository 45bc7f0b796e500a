import { inBlocks, mapOrdered, type ByteSource } from "./blocks.ts";
import { isZero } from "./entropy.ts";

export interface FrameOptions {
  readonly blockBytes: number;
  readonly concurrency: number;
  /** Compresses one block into a complete frame of its format. */
  readonly compress: (block: Buffer) => Promise<Buffer>;
}

/**
 * For formats whose files may be several complete frames in a row (zstd, lz4, bzip2): blocks compressed independently on
 * all processors. Frames of zero blocks are made once.
 */
export async function* frames(source: ByteSource, options: FrameOptions): AsyncGenerator<Buffer> {
  const zeros = new Map<number, Promise<Buffer>>();
  const compress = (block: Buffer): Promise<Buffer> => {
    if (!isZero(block)) return options.compress(block);
    if (!zeros.has(block.length)) zeros.set(block.length, options.compress(block));
    return zeros.get(block.length)!;
  };
  let empty = true;
  for await (const frame of mapOrdered(inBlocks(source, options.blockBytes), options.concurrency, compress)) {
    empty = false;
    yield frame;
  }
  // An empty input is one empty frame, so that the file is recognised.
  if (empty) yield await options.compress(Buffer.alloc(0));
}
