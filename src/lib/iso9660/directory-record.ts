import { bothEndian16, bothEndian32, recordTime } from "./fields.ts";

export interface RecordFields {
  /** The encoded name; `\0` for the directory itself, `\x01` for its parent. */
  readonly identifier: Buffer;
  readonly sector: number;
  readonly size: number;
  readonly modified: Date;
  readonly isDirectory: boolean;
  readonly systemUse: Buffer;
}

const DIRECTORY_FLAG = 2;
export const SELF = Buffer.from([0]);
export const PARENT = Buffer.from([1]);

/** ECMA-119 section 9.1. Its length is even and fits in a byte. */
export function directoryRecord(fields: RecordFields): Buffer {
  const { identifier, systemUse } = fields;
  const length = baseLength(identifier) + systemUse.length + (systemUse.length % 2);
  const record = Buffer.alloc(length);
  record.writeUInt8(length, 0);
  bothEndian32(fields.sector).copy(record, 2);
  bothEndian32(fields.size).copy(record, 10);
  recordTime(fields.modified).copy(record, 18);
  record.writeUInt8(fields.isDirectory ? DIRECTORY_FLAG : 0, 25);
  bothEndian16(1).copy(record, 28);
  record.writeUInt8(identifier.length, 32);
  identifier.copy(record, 33);
  systemUse.copy(record, baseLength(identifier));
  return record;
}

/** Without system use entries. */
export function baseLength(identifier: Buffer): number {
  return 33 + identifier.length + ((identifier.length + 1) % 2);
}

export const LONGEST_RECORD = 254;
