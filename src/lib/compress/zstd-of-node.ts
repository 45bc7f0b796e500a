import { promisify } from "node:util";
import * as zlib from "node:zlib";

/** One frame at a time. */
export interface ZstdFrames {
  readonly compress: (data: Buffer) => Promise<Buffer>;
  /** Of a frame of so many bytes of data at most. */
  readonly decompress: (frame: Buffer, bytes: number) => Promise<Buffer>;
}

interface Options {
  readonly params?: Record<number, number>;
  readonly chunkSize: number;
}

type Transform = (data: Buffer, options: Options, callback: (error: Error | null, result: Buffer) => void) => void;

/** What `node:zlib` has from Node 22.15 on; the type definitions are of Node 20. */
interface ZstdInNode {
  readonly zstdCompress?: Transform;
  readonly zstdDecompress?: Transform;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

/** In Node's thread pool; `undefined` where Node has none. */
export function zstdOfNode(level: number): ZstdFrames | undefined {
  const { zstdCompress, zstdDecompress, constants } = zlib as unknown as ZstdInNode;
  if (!zstdCompress || !zstdDecompress || constants.ZSTD_c_compressionLevel === undefined) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const compress = promisify(zstdCompress);
  const decompress = promisify(zstdDecompress);
  return {
    compress: (data) => compress(data, { params, chunkSize: roomFor(data.length) }),
    decompress: (frame, bytes) => decompress(frame, { chunkSize: roomFor(bytes) }),
  };
}

/** The most that so many bytes become. A result that fits into one piece of memory is neither grown nor joined. */
export const roomFor = (bytes: number): number => bytes + (bytes >>> 8) + 128;
