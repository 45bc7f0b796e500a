import { compress, init } from "@bokuweb/zstd-wasm";
import type { TransformBytes } from "./transform-bytes.ts";

/** Makes a zstd frame of each piece of data, with the reference implementation as WebAssembly. */
export async function prepareZstd({ level }: { readonly level: number }): Promise<TransformBytes> {
  await init();
  return (data) => compress(data, level);
}
