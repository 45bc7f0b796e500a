import type { Writable } from "node:stream";
import type { ByteSource } from "../byte-source.ts";

/** Input per independent block; blocks let several processors work on one stream. */
const BLOCK_BYTES = 8 * 1024 * 1024;

/** An xz file (xz-file-format.txt of the XZ project) with CRC64 checks, by liblzma's own multi-threaded encoder. */
export async function* xz(
  source: ByteSource,
  options: { readonly level: number; readonly concurrency: number },
): AsyncGenerator<Buffer> {
  const { default: lzma } = await import("lzma-native");
  const encoder = lzma.createStream("easyEncoder", {
    preset: options.level as 6,
    threads: options.concurrency,
    blockSize: BLOCK_BYTES,
  });
  const feeding = feed(encoder, source).catch((error: unknown) => void encoder.destroy(error as Error));
  yield* encoder as AsyncIterable<Buffer>;
  await feeding;
}

/** One piece at a time, because the source reuses its memory for the next one. */
async function feed(encoder: Writable, source: ByteSource): Promise<void> {
  for await (const piece of source) {
    await new Promise<void>((resolve, reject) => {
      encoder.write(piece, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
  encoder.end();
}
