import type { ByteSource } from "../byte-source.ts";
import { mapBlocks, type Block } from "./blocks.ts";
import { isZero } from "./is-zero.ts";
import { createZeroCache } from "./zero-cache.ts";

export interface FrameOptions {
  readonly blockBytes: number;
  /** Room for the frame of a block, where `compress` writes into it. Default none. */
  readonly outputBytes?: number;
  /** Frames being compressed at a time. */
  readonly concurrency: number;
  /** Compresses one block into a complete frame of its format. */
  readonly compress: (block: Block) => Promise<Buffer>;
}

/**
 * For formats whose files may be several complete frames in a row (zstd, lz4, bzip2): blocks compressed independently on
 * all processors. Frames of zero blocks are made once.
 */
export async function* frames(source: ByteSource, options: FrameOptions): AsyncGenerator<Buffer> {
  const zeros = createZeroCache();
  const { blockBytes, outputBytes = 0, compress } = options;
  const compressOnce = (block: Block): Promise<Buffer> => {
    const { data } = block;
    return isZero(data) ? zeros(data.length, () => compress(block)) : compress(block);
  };
  const blocks = { size: blockBytes, outputBytes, count: options.concurrency + 2 };
  let empty = true;
  for await (const frame of mapBlocks(source, blocks, compressOnce)) {
    empty = false;
    yield frame;
  }
  // An empty input is one empty frame, so that the file is recognised.
  if (empty) yield await compress(emptyBlock(outputBytes));
}

function emptyBlock(outputBytes: number): Block {
  const nothing = Buffer.from(new SharedArrayBuffer(outputBytes), 0, 0);
  return { data: nothing, before: nothing, output: Buffer.from(nothing.buffer, 0, outputBytes) };
}
