import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { Readable } from "node:stream";
import { pack, type Pack } from "tar-stream";
import { COMPLETE_MARK } from "./guest-scripts.ts";
import type { TreeEntry } from "../local-tree.ts";

/** The entries as a tar stream that ends with the mark of completeness. A file that changes its size fails the stream. */
export function archiveTree(entries: readonly TreeEntry[], onBytes: (count: number) => void): Readable {
  const archive = pack();
  void fill(archive, entries, onBytes).catch((error: unknown) => archive.destroy(error as Error));
  return Readable.from(inLargePieces(archive as unknown as Readable), { objectMode: false, highWaterMark: 4 * PIECE });
}

/** A packet for every header and every small file would cost more than the copy. */
async function* inLargePieces(source: Readable): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of source as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size < PIECE) continue;
    yield Buffer.concat(pieces);
    [pieces, size] = [[], 0];
  }
  yield Buffer.concat(pieces);
}

const PIECE = 256 * 1024;
const SMALL = 256 * 1024;
/** How many small files are read at once: at most 8 MiB are in memory. */
const READ_AHEAD = 32;

async function fill(archive: Pack, entries: readonly TreeEntry[], onBytes: (count: number) => void): Promise<void> {
  for (let start = 0; start < entries.length; start += READ_AHEAD) {
    const next = entries.slice(start, start + READ_AHEAD);
    const contents = await Promise.all(next.map(readSmall));
    for (const [index, entry] of next.entries()) await add(archive, entry, contents[index], onBytes);
  }
  await addWhole(archive, { name: COMPLETE_MARK, mode: 0o600 });
  archive.finalize();
}

async function readSmall(entry: TreeEntry): Promise<Buffer | undefined> {
  if (entry.kind !== "file" || entry.size > SMALL) return undefined;
  return readFile(entry.source);
}

async function add(
  archive: Pack,
  entry: TreeEntry,
  content: Buffer | undefined,
  onBytes: (count: number) => void,
): Promise<void> {
  switch (entry.kind) {
    case "directory":
      return addWhole(archive, { name: `${entry.path}/`, mode: entry.mode, mtime: entry.mtime, type: "directory" });
    case "link":
      return addWhole(archive, { name: entry.path, linkname: entry.target, type: "symlink" });
    case "file":
      return addFile(archive, entry, content, onBytes);
  }
}

async function addFile(
  archive: Pack,
  { path: name, mode, mtime, size, source }: TreeEntry & { readonly kind: "file" },
  content: Buffer | undefined,
  onBytes: (count: number) => void,
): Promise<void> {
  if (content !== undefined) {
    await addWhole(archive, { name, mode, mtime }, content);
    onBytes(content.length);
    return;
  }
  const entry = archive.entry({ name, mode, mtime, size });
  const input = createReadStream(source, { highWaterMark: SMALL });
  input.on("data", (chunk) => onBytes(chunk.length)).on("error", (error) => entry.destroy(error));
  input.pipe(entry);
  await finished(entry);
}

function addWhole(
  archive: Pack,
  header: Parameters<Pack["entry"]>[0],
  content: Buffer = Buffer.alloc(0),
): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, content, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
