import { open, type FileHandle } from "node:fs/promises";
import { createInflateRaw, crc32 } from "node:zlib";
import { METHOD } from "./zip-records.ts";

/** A file in a ZIP archive. Its name is what the archive says, and may be anything. */
interface ZipMember {
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: number;
  readonly checksum: number;
  /** Of its local header. */
  readonly offset: number;
}

/** The archive is damaged, or of a kind that is not read. The message is a reason, in lower case. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

export interface ZipReader {
  readonly members: readonly ZipMember[];
  /** The content, checked while it is read: no byte more than the archive announced, and the right sum at the end. */
  read(member: ZipMember): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const MOST_MEMBERS = 10_000;
const LONGEST_DIRECTORY = 16 * 1024 * 1024;
const IN_ZIP64 = 0xffffffff;

/** Opens an archive. Source: APPNOTE.TXT 6.3 of PKWARE, section 4.3; archives beyond 4 GiB and encryption are refused. Rejects with a `ZipError`. */
export async function openZip(path: string): Promise<ZipReader> {
  const handle = await open(path, "r");
  try {
    const members = await readDirectory(handle);
    return { members, read: (member) => readMember(handle, member), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readDirectory(handle: FileHandle): Promise<readonly ZipMember[]> {
  const { size } = await handle.stat();
  const tail = await readAt(
    handle,
    Math.max(0, size - END_BYTES - LONGEST_COMMENT),
    Math.min(size, END_BYTES + LONGEST_COMMENT),
  );
  const end = tail.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end === -1 || end + END_BYTES > tail.length) throw new ZipError("it is no ZIP archive, or cut off");
  const count = tail.readUInt16LE(end + 10);
  const length = tail.readUInt32LE(end + 12);
  const offset = tail.readUInt32LE(end + 16);
  if (offset === IN_ZIP64 || count === 0xffff) throw new ZipError("it is larger than 4 GiB");
  if (count > MOST_MEMBERS || length > LONGEST_DIRECTORY) throw new ZipError("it has too many members");
  return parseDirectory(await readAt(handle, offset, length), count);
}

function parseDirectory(directory: Buffer, count: number): readonly ZipMember[] {
  const members: ZipMember[] = [];
  for (let at = 0; members.length < count;) {
    if (at + HEADER_BYTES > directory.length || directory.readUInt32LE(at) !== 0x02014b50) {
      throw new ZipError("its directory is damaged");
    }
    const nameEnd = at + HEADER_BYTES + directory.readUInt16LE(at + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
    members.push({
      name: directory.toString("utf8", at + HEADER_BYTES, nameEnd),
      ...parseHeader(directory.subarray(at, at + HEADER_BYTES), directory.subarray(nameEnd, extraEnd)),
    });
    at = extraEnd + directory.readUInt16LE(at + 32);
  }
  return members;
}

const HEADER_BYTES = 46;

function parseHeader(header: Buffer, extra: Buffer): Omit<ZipMember, "name"> {
  if ((header.readUInt16LE(8) & 1) !== 0) throw new ZipError("it is encrypted");
  const large = zip64Values(extra);
  // In this order, and only those that do not fit into 32 bits.
  const whole = (field: number): number => {
    const value = header.readUInt32LE(field);
    return value === IN_ZIP64 ? (large.shift() ?? value) : value;
  };
  const [size, packedSize, offset] = [whole(24), whole(20), whole(42)];
  return { method: header.readUInt16LE(10), checksum: header.readUInt32LE(16), size, packedSize, offset };
}

/** The numbers of 64 bits in the extra field 1. */
function zip64Values(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const [type, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    const data = extra.subarray(at + 4, at + 4 + length);
    if (type === 1) {
      return Array.from({ length: Math.floor(data.length / 8) }, (_, index) => Number(data.readBigUInt64LE(8 * index)));
    }
    at += 4 + length;
  }
  return [];
}

async function* readMember(handle: FileHandle, member: ZipMember): AsyncGenerator<Buffer> {
  const { method, size, checksum } = member;
  if (method !== METHOD.stored && method !== METHOD.deflated)
    throw new ZipError(`${member.name} is packed in an unknown way`);
  let done = 0;
  let sum = 0;
  for await (const piece of method === METHOD.stored ? packedBytes(handle, member) : inflated(handle, member)) {
    done += piece.length;
    if (done > size) throw new ZipError(`${member.name} is larger than the archive says`);
    sum = crc32(piece, sum);
    yield piece;
  }
  if (done !== size || sum !== checksum) throw new ZipError(`${member.name} is damaged`);
}

async function* inflated(handle: FileHandle, member: ZipMember): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw();
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of packedBytes(handle, member)) {
        if (!inflate.write(piece))
          await new Promise((resolve) => inflate.once("drain", resolve).once("close", resolve));
        if (inflate.destroyed) return;
      }
      inflate.end();
    } catch (error) {
      inflate.destroy(error instanceof Error ? error : undefined);
    }
  };
  void feed();
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) yield piece;
  } catch (error) {
    if (error instanceof ZipError) throw error;
    throw new ZipError(`${member.name} is damaged`);
  }
}

const PIECE = 1024 * 1024;

async function* packedBytes(handle: FileHandle, { name, offset, packedSize }: ZipMember): AsyncGenerator<Buffer> {
  const header = await readAt(handle, offset, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw new ZipError(`${name} is not where the directory says`);
  // Name and extra field again, whose lengths may differ from those in the directory.
  let at = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  for (const end = at + packedSize; at < end; at += PIECE) yield await readAt(handle, at, Math.min(PIECE, end - at));
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new ZipError("it is cut off");
  return buffer;
}
