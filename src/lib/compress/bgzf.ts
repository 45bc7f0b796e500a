import { promisify } from "node:util";
import { crc32, deflateRaw } from "node:zlib";
import { inBlocks, mapOrdered, type ByteSource } from "./blocks.ts";

const deflateBlock = promisify(deflateRaw) as (block: Uint8Array, options: { level: number }) => Promise<Buffer>;

/** Uncompressed bytes per member, so that the compressed size always fits its 16-bit field. */
const MEMBER_BYTES = 65280;
/** The empty member that ends a BGZF file. */
const END = Buffer.from("1f8b08040000000000ff0600424302001b0003000000000000000000", "hex");

/** BGZF: gzip in independent members that state their own size. Source: SAM/BAM format specification, section 4.1. */
export async function* bgzf(
  source: ByteSource,
  options: { readonly level: number; readonly concurrency: number },
): AsyncGenerator<Buffer> {
  const members = mapOrdered(inBlocks(source, MEMBER_BYTES), options.concurrency, async (block) => {
    const body = await deflateBlock(block, { level: options.level });
    const header = Buffer.from("1f8b08040000000000ff0600424302000000", "hex");
    header.writeUInt16LE(header.length + body.length + 8 - 1, 16);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(block), 0);
    trailer.writeUInt32LE(block.length, 4);
    return [header, body, trailer];
  });
  for await (const pieces of members) yield* pieces;
  yield END;
}
