import type { ByteSource } from "../byte-source.ts";
import { optionalPackage } from "../optional-package.ts";
import { throughProgram } from "../through-program.ts";
import { frames, oneFrame } from "./frames.ts";

/** Input per stream; streams let several processors work on one file. */
const BLOCK_BYTES = 8 * 1024 * 1024;
/** The size of Node's thread pool, in which the package works. */
const POOL_THREADS = 4;

interface XzOptions {
  /** As of the program xz. */
  readonly level: number;
  readonly concurrency: number;
}

/** An xz file (xz-file-format.txt of the XZ project): by a native package where it is there, else by the program xz. */
export async function* xz(source: ByteSource, options: XzOptions): AsyncGenerator<Buffer> {
  const native = await optionalPackage<XzPackage>(XZ_PACKAGE);
  yield* native === undefined ? xzByProgram(source, options) : xzByPackage(source, native, options);
}

/** It has packages for Node 22.20 and newer. */
const XZ_PACKAGE: string = "@napi-rs/lzma";

/** What we use of `@napi-rs/lzma`, which is not there to be compiled against where Node is older. */
export interface XzPackage {
  readonly xz: {
    readonly compressStream: (
      input: ReadableStream<Uint8Array>,
      options: { readonly preset: number },
    ) => AsyncIterable<Buffer>;
  };
}

export function xzByProgram(source: ByteSource, { level, concurrency }: XzOptions): AsyncGenerator<Buffer> {
  // One thread would leave the sizes of blocks out, so that the bytes would not be those of several.
  const threads = Math.max(2, concurrency);
  const args = ["-z", "-c", "-q", `-${level}`, `-T${threads}`, `--block-size=${BLOCK_BYTES}`];
  return throughProgram(source, { name: "xz", args, debianPackage: "xz-utils" });
}

/** A stream per block; readers take streams in a row as one file. */
export function xzByPackage(
  source: ByteSource,
  { xz: native }: XzPackage,
  { level, concurrency }: XzOptions,
): AsyncGenerator<Buffer> {
  const compress = async (data: Buffer): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    // The memory of a block is shared between threads, and the package wants its own.
    const input = new Blob([new Uint8Array(data)]).stream();
    for await (const piece of native.compressStream(input, { preset: level })) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  return frames(source, {
    blockBytes: BLOCK_BYTES,
    concurrency: Math.min(concurrency, POOL_THREADS),
    compress: oneFrame(({ data }) => compress(data)),
  });
}
