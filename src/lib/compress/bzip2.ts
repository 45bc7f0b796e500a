import { createBlockWorkers } from "./block-workers.ts";
import type { ByteSource } from "../byte-source.ts";
import { frames, oneFrame } from "./frames.ts";

/** bzip2's own unit: a level is a block of level × 100,000 bytes. */
const LEVEL_BYTES = 100_000;

/** bzip2 1.0.8 as WebAssembly, a stream per block; `bunzip2` reads streams in a row as one file. */
export async function* bzip2(
  source: ByteSource,
  options: { readonly level: number; readonly concurrency: number },
): AsyncGenerator<Buffer> {
  const blockBytes = options.level * LEVEL_BYTES;
  // At worst bzip2 makes data 1 % and 600 bytes larger.
  const outputBytes = Math.ceil(blockBytes * 1.01) + 600;
  const workers = createBlockWorkers({
    module: import.meta.resolve("bzip2-wasm"),
    prepare: prepareBzip2,
    options: { level: options.level, outputBytes },
    count: options.concurrency,
  });
  try {
    yield* frames(source, {
      blockBytes,
      outputBytes,
      concurrency: 2 * options.concurrency,
      compress: oneFrame((block) => workers.transform(block)),
    });
  } finally {
    await workers.close();
  }
}

interface Bzip2Module {
  readonly default: new () => {
    init(): Promise<void>;
    compress(data: Uint8Array, level: number, outputBytes: number): Uint8Array;
  };
}

async function prepareBzip2(
  module: Bzip2Module,
  { level, outputBytes }: { readonly level: number; readonly outputBytes: number },
) {
  const bzip2 = new module.default();
  await bzip2.init();
  return (data: Uint8Array): Uint8Array => bzip2.compress(data, level, outputBytes);
}
