import { constants, deflateRaw } from "node:zlib";
import { promisify } from "node:util";
import { inBlocks, mapOrdered, type ByteSource } from "./blocks.ts";
import { isIncompressible, isZero } from "./entropy.ts";

const deflateBlock = promisify(deflateRaw) as (
  block: Uint8Array,
  options: { level: number; memLevel: number; finishFlush: number; dictionary?: Uint8Array },
) => Promise<Buffer>;

export const BLOCK_BYTES = 1024 * 1024;
const WINDOW_BYTES = 32 * 1024;
const STORED_MAX = 0xffff;
/** An empty final block with fixed codes: ends a deflate stream. */
const FINAL_BLOCK = Buffer.from([0x03, 0x00]);

export interface DeflateOptions {
  /** 0 stores, 1 (fast) to 9 (small). */
  readonly level: number;
  /** Blocks in flight; about the number of processors. */
  readonly concurrency: number;
  /** Sees every byte of the input once, in order (for a checksum). */
  readonly onBlock?: ((block: Buffer) => void) | undefined;
}

/**
 * One valid deflate stream (RFC 1951), compressed on all processors: the input is cut in blocks, each deflated in the
 * thread pool with the 32 KiB before it as dictionary and ended with a sync flush, so that the pieces can be joined.
 * Zero blocks come from a cache and data that does not compress is stored, both at the speed of memory.
 */
export async function* deflate(source: ByteSource, options: DeflateOptions): AsyncGenerator<Buffer> {
  const compressor = createCompressor(options.level);
  let previous: Buffer | undefined;
  const jobs = (async function* () {
    for await (const block of inBlocks(source, BLOCK_BYTES)) {
      options.onBlock?.(block);
      yield { block, dictionary: previous?.subarray(-WINDOW_BYTES) };
      previous = block;
    }
  })();
  for await (const pieces of mapOrdered(jobs, options.concurrency, (job) => compressor(job.block, job.dictionary))) {
    yield* pieces;
  }
  yield FINAL_BLOCK;
}

type Compressor = (block: Buffer, dictionary: Buffer | undefined) => Promise<readonly Buffer[]>;

function createCompressor(level: number): Compressor {
  if (level === 0) return (block) => Promise.resolve([...stored(block)]);
  const options = { level, memLevel: 9, finishFlush: constants.Z_SYNC_FLUSH };
  const zeros = new Map<number, Promise<Buffer>>();
  return async (block, dictionary) => {
    if (isZero(block)) {
      // Made without a dictionary, so that the same bytes fit anywhere.
      if (!zeros.has(block.length)) zeros.set(block.length, deflateBlock(block, options));
      return [await zeros.get(block.length)!];
    }
    if (isIncompressible(block)) return [...stored(block)];
    return [await deflateBlock(block, dictionary ? { ...options, dictionary } : options)];
  };
}

/** RFC 1951, 3.2.4: non-compressed blocks, each with a five-byte header. */
function* stored(block: Buffer): Generator<Buffer> {
  for (let offset = 0; offset < block.length; offset += STORED_MAX) {
    const piece = block.subarray(offset, offset + STORED_MAX);
    const header = Buffer.alloc(5);
    header.writeUInt16LE(piece.length, 1);
    header.writeUInt16LE(~piece.length & 0xffff, 3);
    yield header;
    yield piece;
  }
}
