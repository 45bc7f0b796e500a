import { crc32, deflateRawSync } from "node:zlib";
import type { TransformBytes } from "./transform-bytes.ts";

/** Uncompressed bytes per member, so that the compressed size always fits its 16-bit field. */
export const MEMBER_BYTES = 65280;
const HEADER = Buffer.from("1f8b08040000000000ff0600424302000000", "hex");
const TRAILER_BYTES = 8;
/** Where the header says how long the member is, less one. */
const SIZE_OFFSET = 16;

/** Makes members of a BGZF file. */
export function prepareMembers({ level }: { readonly level: number }): TransformBytes {
  return (data) => {
    const members: Buffer[] = [];
    for (let offset = 0; offset < data.length; offset += MEMBER_BYTES) {
      members.push(...member(data.subarray(offset, offset + MEMBER_BYTES), level));
    }
    return Buffer.concat(members);
  };
}

function member(bytes: Uint8Array, level: number): readonly Buffer[] {
  const body = deflateRawSync(bytes, { level });
  const header = Buffer.from(HEADER);
  header.writeUInt16LE(header.length + body.length + TRAILER_BYTES - 1, SIZE_OFFSET);
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length, 4);
  return [header, body, trailer];
}
