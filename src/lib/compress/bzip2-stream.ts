import type { TransformBytes } from "./transform-bytes.ts";

interface Bzip2Options {
  /** 1 to 9. */
  readonly level: number;
  /** The most that a stream can take. */
  readonly outputBytes: number;
}

/** Makes a bzip2 stream of each block, with bzip2 1.0.8 as WebAssembly. */
export async function prepareBzip2({ level, outputBytes }: Bzip2Options): Promise<TransformBytes> {
  const { default: Bzip2 } = await import("bzip2-wasm");
  const bzip2 = new Bzip2();
  await bzip2.init();
  return (data) => bzip2.compress(data, level, outputBytes);
}
