import * as zlib from "node:zlib";
import { promisify } from "node:util";
import type { ByteSource } from "./blocks.ts";
import { frames } from "./frames.ts";

const BLOCK_BYTES = 4 * 1024 * 1024;

type CompressBlock = (block: Buffer) => Promise<Buffer>;

/** Zstandard (RFC 8878). Node's own from 22.15 on, a native package before. */
export async function* zstd(
  source: ByteSource,
  options: { readonly level: number; readonly concurrency: number },
): AsyncGenerator<Buffer> {
  const compress = (await fromNode(options.level)) ?? (await fromPackage(options.level));
  yield* frames(source, { blockBytes: BLOCK_BYTES, concurrency: options.concurrency, compress });
}

/** What `node:zlib` has from Node 22.15 on; the type definitions are of Node 20. */
interface ZstdInNode {
  readonly zstdCompress?: (
    block: Buffer,
    options: { params: Record<number, number> },
    callback: (error: Error | null, result: Buffer) => void,
  ) => void;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

async function fromNode(level: number): Promise<CompressBlock | undefined> {
  const { zstdCompress, constants } = zlib as unknown as ZstdInNode;
  if (!zstdCompress || constants.ZSTD_c_compressionLevel === undefined) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const compress = promisify(zstdCompress);
  return (block) => compress(block, { params });
}

async function fromPackage(level: number): Promise<CompressBlock> {
  const { Encoder } = await import("@toondepauw/node-zstd");
  const encoder = new Encoder(level);
  return (block) => encoder.encode(block);
}
