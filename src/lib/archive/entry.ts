import { stat } from "node:fs/promises";
import { tapSource, type ByteSource } from "../byte-source.ts";
import { readPieces } from "../read-pieces.ts";

/**
 * One file of an archive. Archives contain nothing about the machine they were made on: no owner, and no time except
 * the one given.
 */
export interface ArchiveEntry {
  /** Path inside the archive, with forward slashes. */
  readonly name: string;
  readonly size: number;
  /** Unix permission bits. */
  readonly mode: number;
  open(): ByteSource;
}

export async function fileEntry(path: string, name: string, signal?: AbortSignal): Promise<ArchiveEntry> {
  const { size, mode } = await stat(path);
  const open = (): ByteSource => readPieces(path, { signal });
  return { name, size, mode: mode & 0o111 ? 0o755 : 0o644, open };
}

export function textEntry(name: string, text: string): ArchiveEntry {
  const bytes = Buffer.from(text);
  return {
    name,
    size: bytes.length,
    mode: 0o644,
    open: async function* () {
      yield bytes;
    },
  };
}

/**
 * The time written into archives: `SOURCE_DATE_EPOCH` (reproducible-builds.org), else the first moment every archive
 * format can express, so that the same input gives the same bytes.
 */
export function archiveTime(env: Readonly<Record<string, string | undefined>>): Date {
  const epoch = Number(env["SOURCE_DATE_EPOCH"]);
  const earliest = Date.UTC(1980, 0, 1);
  if (!Number.isSafeInteger(epoch)) return new Date(earliest);
  return new Date(Math.max(epoch * 1000, earliest));
}

/** The same entry, reporting how many bytes were read since the last call. */
export function withProgress(entry: ArchiveEntry, onRead: (bytes: number) => void): ArchiveEntry {
  return { ...entry, open: () => tapSource(entry.open(), (piece) => onRead(piece.length)) };
}
