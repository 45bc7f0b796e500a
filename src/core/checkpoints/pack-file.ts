import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import type { StoredFile } from "./record.ts";
import type { FileToStore } from "./store.ts";

/** What `node:zlib` has from Node 22.15 on; the type definitions are of Node 20. */
interface ZstdInNode {
  readonly createZstdCompress?: (options: { readonly params: Record<number, number> }) => Transform;
  readonly createZstdDecompress?: () => Transform;
}
const zstd = zlib as unknown as ZstdInNode;

/** Parameter ZSTD_c_compressionLevel (zstd.h). */
const COMPRESSION_LEVEL = 100;
const CHUNK_BYTES = 1024 * 1024;

/** Packs the memory of a machine, whose unpacked file is gone afterwards, however it ends: it may be what fills the disk. */
export async function packMemory(path: string, signal: AbortSignal): Promise<FileToStore> {
  const to = `${path}.packed`;
  try {
    return { path: to, packed: await packFile(path, to, signal) };
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}

/** Packs as fast as this Node can. Returns how. */
async function packFile(from: string, to: string, signal: AbortSignal): Promise<NonNullable<StoredFile["packed"]>> {
  const packer = zstd.createZstdCompress?.({ params: { [COMPRESSION_LEVEL]: 1 } });
  const source = createReadStream(from, { highWaterMark: CHUNK_BYTES });
  await pipeline(source, packer ?? zlib.createGzip({ level: 1 }), createWriteStream(to, { mode: 0o600, flags: "wx" }), {
    signal,
  });
  return packer ? "zstd" : "gzip";
}

/** Rejects where this Node cannot unpack it, or where it is damaged. */
export async function unpackFile(from: string, to: string, packed: NonNullable<StoredFile["packed"]>): Promise<void> {
  const unpacker = packed === "gzip" ? zlib.createGunzip() : zstd.createZstdDecompress?.();
  if (!unpacker)
    throw new Error("its memory is packed with zstd, which this Node.js cannot read (22.15 and later can)");
  await pipeline(
    createReadStream(from, { highWaterMark: CHUNK_BYTES }),
    unpacker,
    createWriteStream(to, { mode: 0o600, flags: "wx" }),
  );
}
