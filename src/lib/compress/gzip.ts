import { crc32 } from "node:zlib";
import type { ByteSource } from "../byte-source.ts";
import { createCrc32OfZeros } from "./crc32-of-zeros.ts";
import { deflate, type DeflateOptions } from "./deflate.ts";
import { isZero } from "./is-zero.ts";

/** ID1 ID2, CM = deflate, no flags, no time (reproducible), XFL, OS = unknown. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/**
 * A gzip file (RFC 1952) of one member: some readers (Ruby's among them) stop after the first. The same input and level
 * give the same bytes, whatever the number of processors.
 */
export async function* gzip(source: ByteSource, options: Omit<DeflateOptions, "onBlock">): AsyncGenerator<Buffer> {
  const crc32OfZeros = createCrc32OfZeros();
  let checksum = 0;
  let length = 0n;
  yield HEADER;
  yield* deflate(source, {
    ...options,
    onBlock: (block) => {
      if (isZero(block)) checksum = crc32OfZeros(block.length, checksum);
      else checksum = crc32(block, checksum);
      length += BigInt(block.length);
    },
  });
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(Number(length & 0xffffffffn), 4);
  yield trailer;
}
