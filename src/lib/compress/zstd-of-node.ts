import { promisify } from "node:util";
import * as zlib from "node:zlib";

/** One frame at a time. */
export interface ZstdFrames {
  readonly compress: (data: Buffer) => Promise<Buffer>;
  /** Of a frame that names its size. */
  readonly decompress: (frame: Buffer) => Promise<Buffer>;
}

/** What `node:zlib` has from Node 22.15 on; the type definitions are of Node 20. */
interface ZstdInNode {
  readonly zstdCompress?: (
    data: Buffer,
    options: { params: Record<number, number> },
    callback: (error: Error | null, result: Buffer) => void,
  ) => void;
  readonly zstdDecompress?: (data: Buffer, callback: (error: Error | null, result: Buffer) => void) => void;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

/** In Node's thread pool; `undefined` where Node has none. */
export function zstdOfNode(level: number): ZstdFrames | undefined {
  const { zstdCompress, zstdDecompress, constants } = zlib as unknown as ZstdInNode;
  if (!zstdCompress || !zstdDecompress || constants.ZSTD_c_compressionLevel === undefined) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const compress = promisify(zstdCompress);
  return { compress: (data) => compress(data, { params }), decompress: promisify(zstdDecompress) };
}
