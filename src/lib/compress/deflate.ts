import type { TransformBytes } from "./transform-bytes.ts";
import { createBlockWorkers } from "./block-workers.ts";
import type { ByteSource } from "../byte-source.ts";
import { mapBlocks, type DataBlock } from "./blocks.ts";
import { prepareDeflate } from "../../deflate/deflate-bytes.ts";
import { deflateBytesOptions } from "../../deflate/levels.ts";
import { PIECE_BYTES, splitIntoExtents, type Extent } from "./extents.ts";
import { createZeroCache } from "./zero-cache.ts";

export const BLOCK_BYTES = 1024 * 1024;
const WINDOW_BYTES = 32 * 1024;
/** Compressing less than this is faster than starting a thread. */
const SMALL_BYTES = 64 * 1024;
const STORED_MAX = 0xffff;
const FULL_STORED = storedHeader(STORED_MAX);
/** More than any way of writing an extent adds to it. */
const EXTENT_OVERHEAD_BYTES = 1024;
const OVERHEAD_BYTES = (BLOCK_BYTES / PIECE_BYTES) * EXTENT_OVERHEAD_BYTES;
/** An empty final block with fixed codes: ends a deflate stream. */
const FINAL_BLOCK = Buffer.from([0x03, 0x00]);

export interface DeflateOptions {
  /** 0 stores, 1 (fast) to 9 (small). */
  readonly level: number;
  /** Threads that compress; about the number of processors. */
  readonly concurrency: number;
  /** Sees every byte of the input once, in order (for a checksum). */
  readonly onBlock?: ((block: Buffer) => void) | undefined;
}

/**
 * One valid deflate stream (RFC 1951), compressed on all processors: the input is cut in blocks, and those in extents
 * of data of one kind. Each extent becomes whole bytes of the stream, so that they can be joined: zeros come from a
 * cache, what does not compress is stored, both at the speed of memory, and the rest is deflated on a thread with the
 * 32 KiB before it as dictionary.
 */
export async function* deflate(source: ByteSource, options: DeflateOptions): AsyncGenerator<Buffer> {
  const { level, concurrency } = options;
  const { compress, close } = level === 0 ? storing : createDeflater(level, concurrency);
  const blocks = {
    size: BLOCK_BYTES,
    beforeBytes: WINDOW_BYTES,
    outputBytes: BLOCK_BYTES + OVERHEAD_BYTES,
    count: blockCount(concurrency),
  };
  try {
    const results = mapBlocks(source, blocks, (block) => {
      options.onBlock?.(block.data);
      return compress(block);
    });
    for await (const pieces of results) {
      // Yielding piece by piece is faster here than `yield*`, which wraps each one.
      for (const piece of pieces) yield piece;
    }
    yield FINAL_BLOCK;
  } finally {
    await close();
  }
}

/**
 * Several for each thread, so that none waits for another; with many threads, fewer each are enough and take less
 * memory.
 */
function blockCount(threads: number): number {
  return Math.min(6 * threads, 2 * threads + 16) + 1;
}

interface BlockCompressor {
  readonly compress: (block: DataBlock) => Promise<readonly Buffer[]>;
  readonly close: () => Promise<void>;
}

const storing: BlockCompressor = { compress: async ({ data }) => stored(data), close: async () => {} };

function createDeflater(level: number, concurrency: number): BlockCompressor {
  const options = deflateBytesOptions(level);
  const workers = createBlockWorkers({ name: "deflate", options }, concurrency);
  const zeros = createZeroCache();
  let here: TransformBytes | undefined;
  const smallOrLarge = async (part: DataBlock): Promise<Buffer> => {
    if (part.data.length >= SMALL_BYTES) return workers.transform(part);
    here ??= prepareDeflate(options);
    return Buffer.from(here(part.data, part.before));
  };
  const piecesOf = async (kind: Extent["kind"], part: DataBlock): Promise<readonly Buffer[]> => {
    if (kind === "noise") return stored(part.data);
    if (kind === "other") return [await smallOrLarge(part)];
    // Compressed without a dictionary, so that the same bytes fit anywhere.
    return [await zeros(part.data.length, () => smallOrLarge({ ...part, before: part.before.subarray(0, 0) }))];
  };
  return {
    compress: async (block) => {
      const extents = splitIntoExtents(block.data);
      const pieces = await Promise.all(
        extents.map((extent, index) => piecesOf(extent.kind, partOf(block, extent, index))),
      );
      return pieces.flat();
    },
    close: () => workers.close(),
  };
}

/** An extent as a block of its own, over the same memory. */
function partOf({ data, before, output }: DataBlock, { start, end }: Extent, index: number): DataBlock {
  const previous = Math.min(WINDOW_BYTES, before.length + start);
  const room = end - start + EXTENT_OVERHEAD_BYTES;
  const offset = start + index * EXTENT_OVERHEAD_BYTES;
  return {
    data: data.subarray(start, end),
    before: Buffer.from(data.buffer, data.byteOffset + start - previous, previous),
    output: output.subarray(offset, offset + room),
  };
}

/** RFC 1951, 3.2.4: non-compressed blocks, each with a five-byte header. The data stays where it is. */
function stored(data: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let offset = 0; offset < data.length; offset += STORED_MAX) {
    const piece = data.subarray(offset, offset + STORED_MAX);
    pieces.push(piece.length === STORED_MAX ? FULL_STORED : storedHeader(piece.length), piece);
  }
  return pieces;
}

function storedHeader(length: number): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt16LE(length, 1);
  header.writeUInt16LE(~length & 0xffff, 3);
  return header;
}
