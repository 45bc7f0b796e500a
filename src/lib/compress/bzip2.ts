import { createBlockWorkers } from "./block-workers.ts";
import type { ByteSource } from "./blocks.ts";
import { frames } from "./frames.ts";

/** bzip2's own unit: a level is a block of level × 100,000 bytes. */
const LEVEL_BYTES = 100_000;

/** bzip2 1.0.8 as WebAssembly, a stream per block; `bunzip2` reads streams in a row as one file. */
export async function* bzip2(
  source: ByteSource,
  options: { readonly level: number; readonly concurrency: number },
): AsyncGenerator<Buffer> {
  const workers = createBlockWorkers({
    module: import.meta.resolve("bzip2-wasm"),
    // At worst bzip2 makes data 1 % and 600 bytes larger.
    prepare: `async ({ default: BZip2 }) => {
      const bzip2 = new BZip2();
      await bzip2.init();
      return (block) => bzip2.compress(block, ${options.level}, Math.ceil(block.length * 1.01) + 600);
    }`,
    count: options.concurrency,
  });
  try {
    yield* frames(source, {
      blockBytes: options.level * LEVEL_BYTES,
      concurrency: options.concurrency,
      compress: (block) => workers.compress(block),
    });
  } finally {
    await workers.close();
  }
}
