import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { finished } from "node:stream/promises";
import type { Readable } from "node:stream";
import { pack, type Pack } from "tar-stream";
import { COMPLETE_MARK } from "./guest-scripts.ts";
import type { TreeEntry } from "./local-tree.ts";

/** The entries as a tar stream that ends with the mark of completeness. A file that changes its size fails the stream. */
export function archiveTree(entries: readonly TreeEntry[], onBytes: (count: number) => void): Readable {
  const archive = pack();
  void fill(archive, entries, onBytes).catch((error: unknown) => archive.destroy(error as Error));
  return archive as unknown as Readable;
}

const SMALL = 256 * 1024;

async function fill(archive: Pack, entries: readonly TreeEntry[], onBytes: (count: number) => void): Promise<void> {
  for (const entry of entries) await add(archive, entry, onBytes);
  await addWhole(archive, { name: COMPLETE_MARK, mode: 0o600 });
  archive.finalize();
}

async function add(archive: Pack, entry: TreeEntry, onBytes: (count: number) => void): Promise<void> {
  switch (entry.kind) {
    case "directory":
      return addWhole(archive, { name: `${entry.path}/`, mode: entry.mode, mtime: entry.mtime, type: "directory" });
    case "link":
      return addWhole(archive, { name: entry.path, linkname: entry.target, type: "symlink" });
    case "file":
      return addFile(archive, entry, onBytes);
  }
}

async function addFile(
  archive: Pack,
  { path: name, mode, mtime, size, source }: TreeEntry & { readonly kind: "file" },
  onBytes: (count: number) => void,
): Promise<void> {
  if (size <= SMALL) {
    const content = await readFile(source);
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
    archive.entry(header, content, (error) => (error ? reject(error) : resolve()));
  });
}
