import type { ByteSource } from "../byte-source.ts";
import { limited } from "../limited.ts";
import { frames, type CompressToFrames } from "./frames.ts";
import { splitIntoExtents } from "./extents.ts";
import { createZeroCache } from "./zero-cache.ts";
import { nativeZstd, type ZstdCompress } from "./zstd-native.ts";
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
 * rest is compressed natively in the thread pool.
 */
export async function* zstd(source: ByteSource, { level, concurrency }: ZstdOptions): AsyncGenerator<Buffer> {
  const threads = Math.min(concurrency, POOL_THREADS);
  const compress = level === 0 ? storeAll : compressor(await natively(level, threads));
  yield* frames(source, { blockBytes: BLOCK_BYTES, concurrency: BLOCKS_PER_THREAD * threads, compress });
}

/** One more than there are threads, so that none waits for us. */
async function natively(level: number, threads: number): Promise<ZstdCompress> {
  const { compress } = await nativeZstd(level);
  return limited(threads + 1, compress);
}

const storeAll: CompressToFrames = ({ data }) => Promise.resolve(storedFrame(data));

function compressor(compress: ZstdCompress): CompressToFrames {
  const zeros = createZeroCache();
  return async ({ data }) => {
    const pieces = splitIntoExtents(data, PIECE_BYTES).map(async ({ kind, start, end }) => {
      const part = data.subarray(start, end);
      if (kind === "noise") return storedFrame(part);
      if (kind === "zeros") return [await zeros(part.length, () => compress(part))];
      return [await compress(part)];
    });
    return (await Promise.all(pieces)).flat();
  };
}
