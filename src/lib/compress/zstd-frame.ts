import { compress, decompress, init } from "@bokuweb/zstd-wasm";
import type { TransformBytes } from "./transform-bytes.ts";
import type { ZstdFrames } from "./zstd-of-node.ts";

/** Makes a zstd frame of each piece of data, with the reference implementation as WebAssembly. */
export async function prepareZstd({ level }: { readonly level: number }): Promise<TransformBytes> {
  await init();
  return (data) => compress(data, level);
}

/** The same, here and now: for an older Node that packs little. */
export async function zstdOfWebAssembly(level: number): Promise<ZstdFrames> {
  await init();
  return {
    compress: async (data) => Buffer.from(compress(data, level)),
    decompress: async (frame) => Buffer.from(decompress(frame)),
  };
}
