import type { ByteSource } from "../byte-source.ts";
import { frames } from "./frames.ts";

const BLOCK_BYTES = 4 * 1024 * 1024;

/** LZ4 frames (lz4_Frame_format.md of lz4/lz4) with content checksums. The format's fast mode; it has one level here. */
export async function* lz4(source: ByteSource, options: { readonly concurrency: number }): AsyncGenerator<Buffer> {
  const { compressFrame } = await import("lz4-napi");
  yield* frames(source, {
    blockBytes: BLOCK_BYTES,
    concurrency: options.concurrency,
    compress: ({ data }) => compressFrame(data, { contentChecksum: true }),
  });
}
