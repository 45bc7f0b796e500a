import * as zlib from "node:zlib";
import { promisify } from "node:util";
import { createBlockWorkers } from "./block-workers.ts";
import type { ByteSource } from "./blocks.ts";
import { frames } from "./frames.ts";

const BLOCK_BYTES = 4 * 1024 * 1024;

interface ZstdOptions {
  readonly level: number;
  readonly concurrency: number;
}

/** Zstandard (RFC 8878), a frame per block. Node's own from 22.15 on, WebAssembly before. */
export async function* zstd(source: ByteSource, options: ZstdOptions): AsyncGenerator<Buffer> {
  const compressor = fromNode(options.level) ?? fromPackage(options);
  try {
    const { compress } = compressor;
    yield* frames(source, { blockBytes: BLOCK_BYTES, concurrency: options.concurrency + 1, compress });
  } finally {
    await compressor.close();
  }
}

interface Compressor {
  compress(block: Buffer): Promise<Buffer>;
  close(): Promise<void>;
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

function fromNode(level: number): Compressor | undefined {
  const { zstdCompress, constants } = zlib as unknown as ZstdInNode;
  if (!zstdCompress || constants.ZSTD_c_compressionLevel === undefined) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const compress = promisify(zstdCompress);
  return { compress: (block) => compress(block, { params }), close: () => Promise.resolve() };
}

function fromPackage({ level, concurrency }: ZstdOptions): Compressor {
  return createBlockWorkers({
    module: import.meta.resolve("@bokuweb/zstd-wasm"),
    prepare: `async (module) => {
      const zstd = module.default ?? module;
      await zstd.init();
      return (block) => zstd.compress(block, ${level});
    }`,
    count: concurrency,
  });
}
