import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { ArchiveEntry } from "../../../../lib/archive/entry.ts";
import { readPieces } from "../../../../lib/read-pieces.ts";
import { BuildError } from "../../../../sdk/error.ts";

const BLOCK = 512;
/** Type flags of regular files in ustar and old tar. An OVA holds nothing else (DSP0243, section 7). */
const REGULAR = new Set(["0", "\0"]);

/**
 * The files of an OVA (a plain tar, DSP0243 of the DMTF) as archive entries that read straight from it: the disk is not
 * unpacked anywhere. Names are reduced to their last part, so nothing can leave the box.
 */
export async function ovaEntries(path: string, signal: AbortSignal): Promise<ArchiveEntry[]> {
  const handle = await open(path, "r");
  try {
    const { size: total } = await handle.stat();
    const entries: ArchiveEntry[] = [];
    const header = Buffer.alloc(BLOCK);
    for (let offset = 0; offset + BLOCK <= total;) {
      signal.throwIfAborted();
      await handle.read(header, 0, BLOCK, offset);
      const name = text(header, 0, 100);
      if (name === "") break;
      const size = tarNumber(header.subarray(124, 136));
      const start = offset + BLOCK;
      if (!Number.isSafeInteger(size) || start + size > total) {
        throw new BuildError(`${basename(path)} is not a complete OVA: "${name}" reaches beyond its end.`);
      }
      const open = () => readPieces(path, { start, end: start + size, signal });
      const isRegular = REGULAR.has(String.fromCharCode(header[156]!));
      if (isRegular) entries.push({ name: basename(name), size, mode: 0o644, open });
      offset = start + Math.ceil(size / BLOCK) * BLOCK;
    }
    return entries;
  } finally {
    await handle.close();
  }
}

export async function readOvaEntry(entry: ArchiveEntry): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry.open()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function text(header: Buffer, start: number, length: number): string {
  return header.toString("utf8", start, start + length).replace(/\0.*$/s, "");
}

/** Octal text, or base 256 with the high bit set (GNU tar, for 8 GiB and more). */
function tarNumber(field: Buffer): number {
  const isText = (field[0]! & 0x80) === 0;
  if (isText) return parseInt(text(field, 0, field.length).trim() || "0", 8);
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, field[0]! & 0x7f);
}
