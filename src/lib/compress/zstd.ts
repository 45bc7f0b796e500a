import type { ByteSource } from "../byte-source.ts";
import { limited } from "../limited.ts";
import { createBlockWorkers } from "./block-workers.ts";
import type { DataBlock } from "./blocks.ts";
import { frames, type CompressToFrames } from "./frames.ts";
import { splitIntoExtents } from "./extents.ts";
import { createZeroCache } from "./zero-cache.ts";
import { zstdOfNode } from "./zstd-of-node.ts";
import { storedFrame } from "./zstd-stored.ts";

const BLOCK_BYTES = 2 * 1024 * 1024;
/** A frame has no dictionary, so extents should not be shorter than this. */
const PIECE_BYTES = 128 * 1024;
/** The size of Node's thread pool: more processors do not help here. */
const POOL_THREADS = 4;
/** Finished blocks wait for an earlier one that takes longer; with this many for each thread, no thread has to wait. */
const BLOCKS_PER_THREAD = 5;

interface ZstdOptions {
  /** 0 stores, 1 (fast) to 19 (small). */
  readonly level: number;
  readonly concurrency: number;
}

/**
 * Zstandard (RFC 8878), a few frames for each block: zeros come from a cache, what does not compress is stored, and the
 * rest is compressed by Node in its thread pool, or where Node is older than 22.15 by WebAssembly in threads of our own.
 */
export async function* zstd(source: ByteSource, options: ZstdOptions): AsyncGenerator<Buffer> {
  const { level } = options;
  const threads = Math.min(options.concurrency, POOL_THREADS);
  const concurrency = BLOCKS_PER_THREAD * threads;
  if (level === 0) return yield* frames(source, { blockBytes: BLOCK_BYTES, concurrency, compress: storeAll });
  const native = zstdOfNode(level);
  if (native === undefined) return yield* zstdByThreads(source, options);
  // One more than there are threads, so that none waits for us.
  const compress = compressExtents(limited(threads + 1, ({ data }) => native.compress(data)));
  yield* frames(source, { blockBytes: BLOCK_BYTES, concurrency, compress });
}

/** In threads of our own. */
export async function* zstdByThreads(source: ByteSource, { level, concurrency }: ZstdOptions): AsyncGenerator<Buffer> {
  const workers = createBlockWorkers({ name: "zstd", options: { level } }, concurrency);
  try {
    yield* frames(source, {
      blockBytes: BLOCK_BYTES,
      outputBytes: mostBytes(BLOCK_BYTES, BLOCK_BYTES / PIECE_BYTES),
      concurrency: BLOCKS_PER_THREAD * concurrency,
      compress: compressExtents((block) => workers.transform(block)),
    });
  } finally {
    await workers.close();
  }
}

const storeAll: CompressToFrames = ({ data }) => Promise.resolve(storedFrame(data));

function compressExtents(compress: CompressExtent): CompressToFrames {
  const zeros = createZeroCache();
  return async ({ data, before, output }) => {
    const pieces = splitIntoExtents(data, PIECE_BYTES).map(async ({ kind, start, end }, index) => {
      const part = data.subarray(start, end);
      if (kind === "noise") return storedFrame(part);
      const room = output.subarray(mostBytes(start, index), mostBytes(end, index + 1));
      const extent = { data: part, before: before.subarray(0, 0), output: room };
      if (kind === "zeros") return [await zeros(part.length, () => compress(extent))];
      return [await compress(extent)];
    });
    return (await Promise.all(pieces)).flat();
  };
}

type CompressExtent = (extent: DataBlock) => Promise<Buffer>;

/** The most that `count` frames take for so many bytes. Source: ZSTD_COMPRESSBOUND in zstd.h. */
function mostBytes(length: number, count: number): number {
  return length + (length >>> 8) + 128 * count;
}
