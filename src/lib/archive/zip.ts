import { crc32 } from "node:zlib";
import { tapSource } from "../byte-source.ts";
import { deflate } from "../compress/deflate.ts";
import type { ArchiveEntry } from "./entry.ts";
import { exactly } from "./tar.ts";
import {
  centralHeader,
  dataDescriptor,
  endOfCentralDirectory,
  localHeader,
  METHOD,
  type ZipRecord,
} from "./zip-records.ts";

export interface ZipOptions {
  /** 0 stores, 1 to 9 deflate. */
  readonly level: number;
  readonly concurrency: number;
  readonly time: Date;
}

/** A ZIP archive (APPNOTE.TXT 6.3 of PKWARE) with Zip64 records where sizes need them, written as a stream. */
export async function* zip(entries: readonly ArchiveEntry[], options: ZipOptions): AsyncGenerator<Uint8Array> {
  const records: ZipRecord[] = [];
  let offset = 0;
  const count = (piece: Uint8Array): Uint8Array => {
    offset += piece.length;
    return piece;
  };
  for (const entry of entries) {
    const record: ZipRecord = {
      name: entry.name,
      mode: entry.mode,
      time: options.time,
      method: options.level === 0 ? METHOD.stored : METHOD.deflated,
      offset,
      size: entry.size,
      checksum: 0,
      compressedSize: 0,
    };
    records.push(record);
    yield count(localHeader(record));
    for await (const piece of body(entry, record, options)) {
      record.compressedSize += piece.length;
      yield count(piece);
    }
    yield count(dataDescriptor(record));
  }
  const directory = offset;
  for (const record of records) yield count(centralHeader(record));
  yield endOfCentralDirectory(records.length, directory, offset - directory);
}

async function* body(entry: ArchiveEntry, record: ZipRecord, options: ZipOptions): AsyncGenerator<Uint8Array> {
  const checked = tapSource(exactly(entry), (piece) => {
    record.checksum = crc32(piece, record.checksum);
  });
  if (options.level === 0) yield* checked;
  else yield* deflate(checked, options);
}
