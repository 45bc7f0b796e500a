/**
 * The records of a ZIP archive. Source: APPNOTE.TXT 6.3 of PKWARE, sections 4.3 to 4.5. Local headers always carry a
 * Zip64 field, because the compressed size is not known when they are written.
 */
export interface ZipRecord {
  readonly name: string;
  readonly mode: number;
  readonly time: Date;
  readonly method: number;
  /** Of the local header, in the archive. */
  readonly offset: number;
  readonly size: number;
  checksum: number;
  compressedSize: number;
}

export const METHOD = { stored: 0, deflated: 8 } as const;
const VERSION_ZIP64 = 45;
const MADE_BY_UNIX = 3 << 8;
/** Sizes follow the data (bit 3); the name is UTF-8 (bit 11). */
const FLAGS = 0x0808;
const IN_ZIP64 = 0xffffffff;

export function localHeader(record: ZipRecord): Buffer {
  const name = Buffer.from(record.name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(VERSION_ZIP64, 4);
  writeCommon(header, 6, record);
  header.writeUInt32LE(IN_ZIP64, 18);
  header.writeUInt32LE(IN_ZIP64, 22);
  header.writeUInt16LE(name.length, 26);
  const extra = zip64Extra([0n, 0n]);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

/** After the data: checksum and both sizes, as 64 bits since the local header has a Zip64 field. */
export function dataDescriptor(record: ZipRecord): Buffer {
  const descriptor = Buffer.alloc(24);
  descriptor.writeUInt32LE(0x08074b50, 0);
  descriptor.writeUInt32LE(record.checksum, 4);
  descriptor.writeBigUInt64LE(BigInt(record.compressedSize), 8);
  descriptor.writeBigUInt64LE(BigInt(record.size), 16);
  return descriptor;
}

export function centralHeader(record: ZipRecord): Buffer {
  const name = Buffer.from(record.name);
  const extra = zip64Extra([BigInt(record.size), BigInt(record.compressedSize), BigInt(record.offset)]);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(MADE_BY_UNIX | VERSION_ZIP64, 4);
  header.writeUInt16LE(VERSION_ZIP64, 6);
  writeCommon(header, 8, record);
  header.writeUInt32LE(record.checksum, 16);
  header.writeUInt32LE(IN_ZIP64, 20);
  header.writeUInt32LE(IN_ZIP64, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(((0o100000 | record.mode) << 16) >>> 0, 38);
  header.writeUInt32LE(IN_ZIP64, 42);
  return Buffer.concat([header, name, extra]);
}

export function endOfCentralDirectory(entries: number, offset: number, size: number): Buffer {
  const zip64 = Buffer.alloc(56 + 20);
  zip64.writeUInt32LE(0x06064b50, 0);
  zip64.writeBigUInt64LE(44n, 4);
  zip64.writeUInt16LE(MADE_BY_UNIX | VERSION_ZIP64, 12);
  zip64.writeUInt16LE(VERSION_ZIP64, 14);
  zip64.writeBigUInt64LE(BigInt(entries), 24);
  zip64.writeBigUInt64LE(BigInt(entries), 32);
  zip64.writeBigUInt64LE(BigInt(size), 40);
  zip64.writeBigUInt64LE(BigInt(offset), 48);
  zip64.writeUInt32LE(0x07064b50, 56);
  zip64.writeBigUInt64LE(BigInt(offset + size), 64);
  zip64.writeUInt32LE(1, 72);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries, 0xffff), 8);
  end.writeUInt16LE(Math.min(entries, 0xffff), 10);
  end.writeUInt32LE(Math.min(size, IN_ZIP64), 12);
  end.writeUInt32LE(Math.min(offset, IN_ZIP64), 16);
  return Buffer.concat([zip64, end]);
}

/** Flags, method, time and date: the same eight bytes in local and central headers. */
function writeCommon(header: Buffer, at: number, record: ZipRecord): void {
  const { time } = record;
  header.writeUInt16LE(FLAGS, at);
  header.writeUInt16LE(record.method, at + 2);
  header.writeUInt16LE((time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1), at + 4);
  header.writeUInt16LE(
    ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate(),
    at + 6,
  );
}

function zip64Extra(values: readonly bigint[]): Buffer {
  const extra = Buffer.alloc(4 + values.length * 8);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(values.length * 8, 2);
  values.forEach((value, index) => extra.writeBigUInt64LE(value, 4 + index * 8));
  return extra;
}
