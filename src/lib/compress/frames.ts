import type { ByteSource } from "../byte-source.ts";
import { mapBlocks, type DataBlock } from "./blocks.ts";
import { isZero } from "./is-zero.ts";
import { createZeroCache } from "./zero-cache.ts";

export interface FrameOptions {
  readonly blockBytes: number;
  /** Room for the frame of a block, where `compress` writes into it. Default none. */
  readonly outputBytes?: number;
  /** Blocks being compressed at a time. */
  readonly concurrency: number;
  readonly compress: CompressToFrames;
}

/** Compresses one block into complete frames of its format, given in pieces that are valid as long as the block is. */
export type CompressToFrames = (block: DataBlock) => Promise<readonly Buffer[]>;

/**
 * For formats whose files may be several complete frames in a row (zstd, lz4, bzip2): blocks compressed independently
 * on all processors.
 */
export async function* frames(source: ByteSource, options: FrameOptions): AsyncGenerator<Buffer> {
  const { blockBytes, outputBytes = 0, concurrency, compress } = options;
  const blocks = { size: blockBytes, outputBytes, count: concurrency + 2 };
  let empty = true;
  for await (const pieces of mapBlocks(source, blocks, compress)) {
    empty = false;
    // Yielding piece by piece is faster here than `yield*`, which wraps each one.
    for (const piece of pieces) yield piece;
  }
  // An empty input is one empty frame, so that the file is recognised.
  if (empty) yield* await compress(emptyBlock(outputBytes));
}

/** A frame for each block; frames of zeros are made only once. */
export function oneFrame(compress: (block: DataBlock) => Promise<Buffer>): CompressToFrames {
  const zeros = createZeroCache();
  return async (block) => {
    const { data } = block;
    if (isZero(data)) return [await zeros(data.length, () => compress(block))];
    return [await compress(block)];
  };
}

function emptyBlock(outputBytes: number): DataBlock {
  const nothing = Buffer.from(new SharedArrayBuffer(outputBytes), 0, 0);
  return { data: nothing, before: nothing, output: Buffer.from(nothing.buffer, 0, outputBytes) };
}
