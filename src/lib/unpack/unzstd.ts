import type { Duplex } from "node:stream";
import * as zlib from "node:zlib";
import type { ByteSource } from "../byte-source.ts";
import { throughStream } from "./through-stream.ts";
import { UnpackError } from "./unpack-error.ts";

/** What `node:zlib` has from Node 22.15 on; the type definitions are of Node 20. */
interface ZstdInNode {
  readonly createZstdDecompress?: () => Duplex;
}

/** Zstandard (RFC 8878): piece by piece where Node can, else in memory. */
export function unzstd(source: ByteSource): ByteSource {
  const { createZstdDecompress } = zlib as ZstdInNode;
  if (createZstdDecompress === undefined) return inMemory(source);
  return throughStream(source, "zstd", () => createZstdDecompress());
}

const MOST_BYTES = 512 * 1024 * 1024;

async function* inMemory(source: ByteSource): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of source) {
    size += piece.length;
    if (size > MOST_BYTES) throw new UnpackError("zstd files above 512 MiB need Node 22.15 or newer");
    pieces.push(Buffer.from(piece));
  }
  const { decompress } = await import("@mongodb-js/zstd");
  yield await decompress(Buffer.concat(pieces)).catch((cause: unknown): never => {
    throw new UnpackError("it is damaged, cut off, or no zstd file", { cause });
  });
}
