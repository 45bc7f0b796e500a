import { promisify } from "node:util";
import { deflateRaw, inflateRaw, type InputType, type ZlibOptions } from "node:zlib";
import { roomFor, zstdOfNode, type ZstdFrames } from "./zstd-of-node.ts";

export type CodecName = "zstd" | "deflate";

/** Packs and unpacks a block, in Node's thread pool. */
type BlockCodec = ZstdFrames;

/** Those that this Node has, at their fastest. */
export const blockCodecs: Readonly<Record<CodecName, BlockCodec | undefined>> = {
  zstd: zstdOfNode(1),
  deflate: {
    compress: (block) => deflated(block, { level: 1, chunkSize: roomFor(block.length) }),
    decompress: (block, bytes) => inflated(block, { chunkSize: roomFor(bytes) }),
  },
};

const deflated: (data: InputType, options: ZlibOptions) => Promise<Buffer> = promisify(deflateRaw);
const inflated: (data: InputType, options: ZlibOptions) => Promise<Buffer> = promisify(inflateRaw);

export function fastestCodec(): CodecName {
  return blockCodecs.zstd ? "zstd" : "deflate";
}
