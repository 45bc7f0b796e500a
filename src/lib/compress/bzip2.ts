import type { ByteSource } from "../byte-source.ts";
import { createBlockWorkers } from "./block-workers.ts";
import { frames, oneFrame } from "./frames.ts";

/** bzip2's own unit: a level is a block of level × 100,000 bytes. */
const LEVEL_BYTES = 100_000;

/** A bzip2 stream per block; `bunzip2` reads streams in a row as one file. */
export async function* bzip2(
  source: ByteSource,
  { level, concurrency }: { readonly level: number; readonly concurrency: number },
): AsyncGenerator<Buffer> {
  const blockBytes = level * LEVEL_BYTES;
  // At worst bzip2 makes data 1 % and 600 bytes larger.
  const outputBytes = Math.ceil(blockBytes * 1.01) + 600;
  const workers = createBlockWorkers({ name: "bzip2", options: { level } }, concurrency);
  try {
    yield* frames(source, {
      blockBytes,
      outputBytes,
      concurrency: 2 * concurrency,
      compress: oneFrame((block) => workers.transform(block)),
    });
  } finally {
    await workers.close();
  }
}
