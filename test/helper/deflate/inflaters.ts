import { spawnSync } from "node:child_process";
import { crc32, inflateRawSync } from "node:zlib";
import { inflateSync } from "fflate";

/** Whole bytes of a deflate stream that go on after `before`, and are not its last ones. */
export interface Packed {
  readonly bytes: Buffer;
  readonly before: Buffer;
}

/** An empty final block with fixed codes. */
const FINAL_BLOCK = Buffer.from([0x03, 0x00]);
const STORED_MAX = 0xffff;

/**
 * Readers of deflate that share no code: zlib, from which nearly everything that reads gzip files descends, and one written in
 * JavaScript. (Python, Perl and Ruby use zlib.)
 */
export const inflaters: Readonly<Record<string, (packed: Packed) => Buffer>> = {
  zlib: ({ bytes, before }) => {
    const dictionary = before.length > 0 ? before : undefined;
    return inflateRawSync(Buffer.concat([bytes, FINAL_BLOCK]), { dictionary });
  },
  fflate: ({ bytes, before }) => Buffer.from(inflateSync(Buffer.concat([bytes, FINAL_BLOCK]), { dictionary: before })),
};

/** What GNU gzip, whose reader is older than zlib, makes of them: each with what came before it, one after the other. */
export function gunzipped(all: readonly (Packed & { readonly data: Buffer })[]): Buffer {
  const input = Buffer.concat(all.flatMap(gzipMember));
  const { status, stdout, stderr } = spawnSync("gzip", ["-dc"], { input, maxBuffer: 1024 ** 3 });
  if (status !== 0) throw new Error(`gzip refuses it: ${String(stderr)}`);
  return stdout;
}

/** A whole gzip file. What came before is in it as it is: gzip knows no dictionaries. */
function gzipMember({ bytes, before, data }: Packed & { readonly data: Buffer }): Buffer[] {
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(data, crc32(before)), 0);
  trailer.writeUInt32LE(before.length + data.length, 4);
  return [header, storedBlock(before), bytes, FINAL_BLOCK, trailer];
}

/** RFC 1951, 3.2.4. */
function storedBlock(data: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt16LE(data.length, 1);
  header.writeUInt16LE(data.length ^ STORED_MAX, 3);
  return Buffer.concat([header, data]);
}
