import { promisify } from "node:util";
import * as zlib from "node:zlib";

export type CodecName = "zstd" | "deflate";

/** Packs and unpacks a block, in Node's thread pool. */
interface BlockCodec {
  readonly compress: (block: Buffer) => Promise<Buffer>;
  readonly decompress: (block: Buffer) => Promise<Buffer>;
}

type Call = (data: Buffer, callback: (error: Error | null, result: Buffer) => void) => void;
type CallWithOptions = (
  data: Buffer,
  options: { readonly params: Record<number, number> },
  callback: (error: Error | null, result: Buffer) => void,
) => void;

/** What `node:zlib` has from Node 22.15 on; the type definitions are of Node 20. */
interface ZstdInNode {
  readonly zstdCompress?: CallWithOptions;
  readonly zstdDecompress?: Call;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

/** Those that this Node has, at their fastest. */
export const blockCodecs: Readonly<Record<CodecName, BlockCodec | undefined>> = {
  zstd: zstdCodec(),
  deflate: {
    compress: (block) => promisify(zlib.deflateRaw)(block, { level: 1 }),
    decompress: promisify(zlib.inflateRaw as Call),
  },
};

export function fastestCodec(): CodecName {
  return blockCodecs.zstd ? "zstd" : "deflate";
}

function zstdCodec(): BlockCodec | undefined {
  const { zstdCompress, zstdDecompress, constants } = zlib as unknown as ZstdInNode;
  if (!zstdCompress || !zstdDecompress || constants.ZSTD_c_compressionLevel === undefined) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  const compress = promisify(zstdCompress);
  return { compress: (block) => compress(block, { params }), decompress: promisify(zstdDecompress) };
}
