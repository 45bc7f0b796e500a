import { promisify } from "node:util";
import * as zlib from "node:zlib";

/** One frame. */
export type ZstdCompress = (data: Buffer) => Promise<Buffer>;

/** Zstandard as it is there, in the thread pool. */
export interface NativeZstd {
  readonly compress: ZstdCompress;
  /** Of one frame, which names its size. */
  readonly decompress: (frame: Buffer) => Promise<Buffer>;
}

/** Rejects where this Node has none, and the package none for this kind of machine. */
export async function nativeZstd(level: number): Promise<NativeZstd> {
  return fromNode(level) ?? fromPackage(level);
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

function fromNode(level: number): NativeZstd | undefined {
  const { zstdCompress, zstdDecompress, constants } = zlib as unknown as ZstdInNode;
  if (!zstdCompress || !zstdDecompress || constants.ZSTD_c_compressionLevel === undefined) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const compress = promisify(zstdCompress);
  return { compress: (data) => compress(data, { params }), decompress: promisify(zstdDecompress) };
}

/** The native part of `@mongodb-js/zstd`; its outer function ignores the level. */
interface ZstdOfPackage {
  readonly compress: (data: Buffer, level: number) => Promise<Buffer>;
  readonly decompress: (frame: Buffer) => Promise<Buffer>;
}

/** Its later versions fetch their native part when they are installed; the parts of 1.2 are packages themselves. */
async function fromPackage(level: number): Promise<NativeZstd> {
  try {
    const name = "@mongodb-js/zstd/bindings.js";
    const { default: native } = (await import(name)) as { readonly default: ZstdOfPackage };
    return {
      compress: (data) => native.compress(data, level),
      decompress: (frame) => native.decompress(frame),
    };
  } catch (cause) {
    throw new Error("zstd is not there for this kind of machine with this version of Node; it is from Node 22.15 on", {
      cause,
    });
  }
}
