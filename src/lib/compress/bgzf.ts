import type * as zlib from "node:zlib";
import { createBlockWorkers } from "./block-workers.ts";
import type { ByteSource } from "../byte-source.ts";
import { frames, oneFrame } from "./frames.ts";

/** Uncompressed bytes per member, so that the compressed size always fits its 16-bit field. */
const MEMBER_BYTES = 65280;
/** Members made by one job. */
const MEMBERS = 16;
const OVERHEAD_BYTES = 256;
/** The empty member that ends a BGZF file. */
const END = Buffer.from("1f8b08040000000000ff0600424302001b0003000000000000000000", "hex");

/** BGZF: gzip in independent members that state their own size. Source: SAM/BAM format specification, section 4.1. */
export async function* bgzf(
  source: ByteSource,
  options: { readonly level: number; readonly concurrency: number },
): AsyncGenerator<Buffer> {
  const workers = createBlockWorkers({
    module: "node:zlib",
    prepare: prepareMembers,
    options: { level: options.level, memberBytes: MEMBER_BYTES },
    count: options.concurrency,
  });
  try {
    yield* frames(source, {
      blockBytes: MEMBERS * MEMBER_BYTES,
      outputBytes: MEMBERS * (MEMBER_BYTES + OVERHEAD_BYTES),
      concurrency: 2 * options.concurrency,
      // An empty file is the end alone.
      compress: oneFrame((block) => (block.data.length === 0 ? Promise.resolve(block.data) : workers.transform(block))),
    });
    yield END;
  } finally {
    await workers.close();
  }
}

function prepareMembers(
  { deflateRawSync, crc32 }: typeof zlib,
  { level, memberBytes }: { readonly level: number; readonly memberBytes: number },
) {
  const member = (bytes: Uint8Array): readonly Buffer[] => {
    const body = deflateRawSync(bytes, { level });
    const header = Buffer.from("1f8b08040000000000ff0600424302000000", "hex");
    header.writeUInt16LE(header.length + body.length + 8 - 1, 16);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(bytes), 0);
    trailer.writeUInt32LE(bytes.length, 4);
    return [header, body, trailer];
  };
  return (data: Uint8Array): Buffer => {
    const members: Buffer[] = [];
    for (let offset = 0; offset < data.length; offset += memberBytes) {
      members.push(...member(data.subarray(offset, offset + memberBytes)));
    }
    return Buffer.concat(members);
  };
}
