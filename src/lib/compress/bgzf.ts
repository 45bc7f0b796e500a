import type { ByteSource } from "../byte-source.ts";
import { MEMBER_BYTES } from "./bgzf-members.ts";
import { createBlockWorkers } from "./block-workers.ts";
import type { DataBlock } from "./blocks.ts";
import { frames, oneFrame } from "./frames.ts";

/** Members made by one job. */
const MEMBERS = 16;
const OVERHEAD_BYTES = 256;
/** The empty member that ends a BGZF file. */
const END = Buffer.from("1f8b08040000000000ff0600424302001b0003000000000000000000", "hex");

/** BGZF: gzip in independent members that state their own size. Source: SAM/BAM format specification, section 4.1. */
export async function* bgzf(
  source: ByteSource,
  { level, concurrency }: { readonly level: number; readonly concurrency: number },
): AsyncGenerator<Buffer> {
  const workers = createBlockWorkers({ name: "bgzf", options: { level } }, concurrency);
  // An empty file is the end alone.
  const compress = async (block: DataBlock) => (block.data.length === 0 ? block.data : workers.transform(block));
  try {
    yield* frames(source, {
      blockBytes: MEMBERS * MEMBER_BYTES,
      outputBytes: MEMBERS * (MEMBER_BYTES + OVERHEAD_BYTES),
      concurrency: 2 * concurrency,
      compress: oneFrame(compress),
    });
    yield END;
  } finally {
    await workers.close();
  }
}
