import { Readable } from "node:stream";
import type { ByteSource } from "./blocks.ts";

/** Input per independent block: what lets several processors work on one stream. */
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
  const input = Readable.from(source, { objectMode: false });
  input.on("error", (error) => encoder.destroy(error));
  yield* input.pipe(encoder) as AsyncIterable<Buffer>;
}
