import { open, type FileHandle } from "node:fs/promises";
import { awaitedLater } from "../awaited-later.ts";
import { blockCodecs, fastestCodec, type CodecName } from "./block-codec.ts";

/**
 * A file packed in blocks that are unpacked by themselves, so that any Node can do it, with several threads,
 * and with little memory: for each block the size of its frame (32 bits, little-endian) and the frame.
 */
const BLOCK_BYTES = 4 * 1024 * 1024;
const HEADER_BYTES = 4;
/** Blocks at a time: the size of Node's thread pool. */
const BLOCKS_AT_ONCE = 4;

/** Writes `to`, which must not exist, readable by its owner only. Returns how it is packed: as fast as this Node can. */
export async function packFile(from: string, to: string, signal: AbortSignal): Promise<CodecName> {
  const name = fastestCodec();
  const { compress } = blockCodecs[name]!;
  const convert = async (block: Buffer): Promise<Buffer> => {
    const frame = await compress(block);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(frame.length);
    return Buffer.concat([header, frame]);
  };
  const read = (source: FileHandle): Promise<Buffer> => readUpTo(source, BLOCK_BYTES);
  const target = await open(to, "wx", 0o600);
  try {
    for await (const piece of converted(from, { signal, read, convert })) await target.writeFile(piece);
  } finally {
    await target.close();
  }
  return name;
}

export interface PackedFile {
  readonly path: string;
  readonly packed: CodecName;
}

/** What was packed, in order. Rejects what is cut off, damaged, or packed as this Node cannot unpack it. */
export function unpackedPieces({ path, packed }: PackedFile, signal: AbortSignal): AsyncIterable<Buffer> {
  const codec = blockCodecs[packed];
  if (!codec) throw new Error(`it is packed with ${packed}, which takes Node.js 22.15 or newer`);
  const { decompress } = codec;
  const convert = (frame: Buffer): Promise<Buffer> => decompress(frame, BLOCK_BYTES).catch(damaged);
  return converted(path, { signal, read: readFrame, convert });
}

interface Conversion {
  readonly signal: AbortSignal;
  /** The next piece; empty at the end. */
  readonly read: (source: FileHandle) => Promise<Buffer>;
  readonly convert: (piece: Buffer) => Promise<Buffer>;
}

/** Pieces of a file, each converted, in order. While one is used, the next ones are on their way. */
async function* converted(from: string, { signal, read, convert }: Conversion): AsyncGenerator<Buffer> {
  const source = await open(from, "r");
  try {
    const onTheirWay: Promise<Buffer>[] = [];
    for (let isMore = true; isMore || onTheirWay.length > 0;) {
      signal.throwIfAborted();
      const piece: Buffer = isMore ? await read(source) : Buffer.alloc(0);
      isMore = piece.length > 0;
      if (isMore) onTheirWay.push(awaitedLater(convert(piece)));
      const isWanted = onTheirWay.length === BLOCKS_AT_ONCE || !isMore;
      if (isWanted && onTheirWay.length > 0) yield await onTheirWay.shift()!;
    }
  } finally {
    await source.close();
  }
}

async function readFrame(source: FileHandle): Promise<Buffer> {
  const header = await readUpTo(source, HEADER_BYTES);
  if (header.length === 0) return header;
  const size = header.length === HEADER_BYTES ? header.readUInt32LE() : Infinity;
  const frame = size > 2 * BLOCK_BYTES ? undefined : await readUpTo(source, size);
  return frame?.length === size ? frame : damaged();
}

function damaged(cause?: unknown): never {
  throw new Error("the packed file is damaged or cut off", { cause });
}

/** From where the last reading ended; shorter at the end of the file only. */
async function readUpTo(source: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await source.read(buffer, filled, size - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
