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
  await copyInBatches(from, to, {
    signal,
    read: (source) => readUpTo(source, BLOCK_BYTES),
    convert: async (block) => {
      const frame = await compress(block);
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32LE(frame.length);
      return Buffer.concat([header, frame]);
    },
  });
  return name;
}

export interface PackedFile {
  readonly path: string;
  readonly packed: CodecName;
}

/** The other way. Rejects what is cut off, damaged, or packed as this Node cannot unpack it. */
export async function unpackFile({ path, packed }: PackedFile, to: string, signal: AbortSignal): Promise<void> {
  const codec = blockCodecs[packed];
  if (!codec) throw new Error(`it is packed with ${packed}, which takes Node.js 22.15 or newer`);
  const { decompress } = codec;
  const convert = (frame: Buffer): Promise<Buffer> => decompress(frame).catch(damaged);
  await copyInBatches(path, to, { signal, read: readFrame, convert });
}

interface Conversion {
  readonly signal: AbortSignal;
  /** The next piece; empty at the end. */
  readonly read: (source: FileHandle) => Promise<Buffer>;
  readonly convert: (piece: Buffer) => Promise<Buffer>;
}

async function copyInBatches(from: string, to: string, { signal, read, convert }: Conversion): Promise<void> {
  const source = await open(from, "r");
  try {
    const target = await open(to, "wx", 0o600);
    try {
      for (let isMore = true; isMore;) {
        signal.throwIfAborted();
        const batch: Promise<Buffer>[] = [];
        while (isMore && batch.length < BLOCKS_AT_ONCE) {
          const piece = await read(source);
          isMore = piece.length > 0;
          if (isMore) batch.push(awaitedLater(convert(piece)));
        }
        for (const piece of await Promise.all(batch)) await target.writeFile(piece);
      }
    } finally {
      await target.close();
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
  const buffer = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await source.read(buffer, filled, size - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
