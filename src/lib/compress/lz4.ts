import type { ByteSource } from "../byte-source.ts";
import { optionalPackage } from "../optional-package.ts";
import { throughProgram } from "../through-program.ts";
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

/**
 * LZ4 frames (lz4_Frame_format.md of lz4/lz4), with content checksums where they are compressed: by a native package where
 * it is there, else by the program lz4.
 */
export async function* lz4(source: ByteSource, { level, concurrency }: Lz4Options): AsyncGenerator<Buffer> {
  if (level === 0) return yield* frames(source, { blockBytes: BLOCK_BYTES, concurrency, compress: store });
  const native = await optionalPackage<Lz4Package>(LZ4_PACKAGE);
  if (native === undefined) return yield* lz4ByProgram(source);
  const compress = oneFrame(({ data }) => native.compressFrame(data, { contentChecksum: true }));
  yield* frames(source, { blockBytes: BLOCK_BYTES, concurrency, compress });
}

const LZ4_PACKAGE: string = "lz4-napi";

/** What we use of `lz4-napi`. */
interface Lz4Package {
  readonly compressFrame: (data: Buffer, options: { readonly contentChecksum: boolean }) => Promise<Buffer>;
}

export function lz4ByProgram(source: ByteSource): AsyncGenerator<Buffer> {
  return throughProgram(source, { name: "lz4", args: ["-z", "-c", "-q", "-1"], debianPackage: "lz4" });
}

const store: CompressToFrames = ({ data }) => {
  if (data.length === 0) return Promise.resolve([STORED_START, END_MARK]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(UNCOMPRESSED + data.length);
  return Promise.resolve([STORED_START, size, data, END_MARK]);
};
