/** 0xFD2FB528, and a frame header descriptor: four bytes of content size, one segment, no checksum, no dictionary. */
const START = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]);
/** The most that a block may hold. */
const BLOCK_BYTES = 128 * 1024;
const FULL = blockHeader(BLOCK_BYTES, false);

/** A frame of Zstandard that holds up to 4 GiB as they are, in raw blocks (RFC 8878, 3.1.1). The data stays where it is. */
export function storedFrame(data: Buffer): Buffer[] {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  const pieces: Buffer[] = [START, size];
  let offset = 0;
  for (; data.length - offset > BLOCK_BYTES; offset += BLOCK_BYTES) {
    pieces.push(FULL, data.subarray(offset, offset + BLOCK_BYTES));
  }
  pieces.push(blockHeader(data.length - offset, true), data.subarray(offset));
  return pieces;
}

/** Three bytes: whether it is the last block, two bits for a raw one, and its size. */
function blockHeader(size: number, isLast: boolean): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | Number(isLast), 0, 3);
  return header;
}
