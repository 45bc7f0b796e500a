import type { ByteSource } from "../byte-source.ts";
import { frames, oneFrame, type CompressToFrames } from "./frames.ts";

/** The most that a block of a frame may hold. */
const BLOCK_BYTES = 4 * 1024 * 1024;
/** The magic number, a descriptor (independent blocks of up to 4 MiB, no checksums) and the checksum of that. */
const STORED_START = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
const END_MARK = Buffer.alloc(4);
/** The bit of a block's size that says that the block is not compressed. */
const UNCOMPRESSED = 0x80000000;

interface Lz4Options {
  /** 0 stores, 1 is the format's fast mode. */
  readonly level: number;
  readonly concurrency: number;
}

/** LZ4 frames (lz4_Frame_format.md of lz4/lz4), with content checksums where they are compressed. */
export async function* lz4(source: ByteSource, { level, concurrency }: Lz4Options): AsyncGenerator<Buffer> {
  const compress = level === 0 ? store : await compressor();
  yield* frames(source, { blockBytes: BLOCK_BYTES, concurrency, compress });
}

async function compressor(): Promise<CompressToFrames> {
  const { compressFrame } = await import("lz4-napi");
  return oneFrame(({ data }) => compressFrame(data, { contentChecksum: true }));
}

const store: CompressToFrames = ({ data }) => {
  if (data.length === 0) return Promise.resolve([STORED_START, END_MARK]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(UNCOMPRESSED + data.length);
  return Promise.resolve([STORED_START, size, data, END_MARK]);
};
