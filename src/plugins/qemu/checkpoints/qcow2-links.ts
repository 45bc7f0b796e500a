import { open } from "node:fs/promises";
import { readAt } from "../../../lib/read-at.ts";

/** Other files that a qcow2 image is made of. */
export interface Qcow2Links {
  /** The image below it, as it is named. */
  readonly backing: string | undefined;
  /** Its data is in another file. */
  readonly hasDataFile: boolean;
}

const MAGIC = 0x51_46_49_fb;
const BACKING_OFFSET_AT = 8;
const BACKING_SIZE_AT = 16;
const INCOMPATIBLE_AT = 72;
const HEADER_BYTES = 80;
const EXTERNAL_DATA = 1n << 2n;
const LONGEST_NAME = 1023;

/** `undefined` for what is no qcow2 image. Source: QEMU, docs/interop/qcow2.txt, "Header". */
export async function qcow2Links(path: string): Promise<Qcow2Links | undefined> {
  const file = await open(path);
  try {
    const header = await readAt(file, 0, HEADER_BYTES);
    if (header.length < HEADER_BYTES || header.readUInt32BE(0) !== MAGIC) return undefined;
    const version = header.readUInt32BE(4);
    const offset = Number(header.readBigUInt64BE(BACKING_OFFSET_AT));
    const size = header.readUInt32BE(BACKING_SIZE_AT);
    if (size > LONGEST_NAME || !Number.isSafeInteger(offset)) return undefined;
    const name = await readAt(file, offset, offset === 0 ? 0 : size);
    return {
      backing: name.length === 0 ? undefined : name.toString("utf8"),
      hasDataFile: version >= 3 && (header.readBigUInt64BE(INCOMPATIBLE_AT) & EXTERNAL_DATA) !== 0n,
    };
  } finally {
    await file.close();
  }
}
