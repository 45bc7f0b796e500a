import type { ByteSource } from "../byte-source.ts";

interface CompressOptions {
  /** In the format's own scale; undefined means the format's default. */
  readonly level: number | undefined;
  readonly concurrency: number;
}

export interface CompressionFormat {
  /** File name endings, the usual one first. */
  readonly endings: readonly string[];
  readonly levels: { readonly min: number; readonly max: number; readonly default: number };
  compress(source: ByteSource, options: CompressOptions & { readonly level: number }): AsyncIterable<Buffer>;
}

/** All compression formats by name. The code of each is loaded on first use. */
export const compressionFormats = {
  gz: {
    endings: ["gz", "gzip"],
    // Smaller than the default of the parallel gzip that Packer uses, and than zlib's level 4, and faster than both.
    levels: { min: 0, max: 9, default: 3 },
    compress: lazily(async (source, options) => (await import("./gzip.ts")).gzip(source, options)),
  },
  bgzf: {
    endings: ["bgzf"],
    levels: { min: 0, max: 9, default: 4 },
    compress: lazily(async (source, options) => (await import("./bgzf.ts")).bgzf(source, options)),
  },
  bz2: {
    endings: ["bz2", "bzip2"],
    levels: { min: 1, max: 9, default: 9 },
    compress: lazily(async (source, options) => (await import("./bzip2.ts")).bzip2(source, options)),
  },
  xz: {
    endings: ["xz"],
    levels: { min: 0, max: 9, default: 6 },
    compress: lazily(async (source, options) => (await import("./xz.ts")).xz(source, options)),
  },
  lz4: {
    endings: ["lz4"],
    levels: { min: 0, max: 1, default: 1 },
    compress: lazily(async (source, options) => (await import("./lz4.ts")).lz4(source, options)),
  },
  zst: {
    endings: ["zst", "zstd"],
    // 2 % larger than zstd's own default of 3 on disks of machines, smaller than gzip's, and a third less work.
    levels: { min: 0, max: 19, default: 2 },
    compress: lazily(async (source, options) => (await import("./zstd.ts")).zstd(source, options)),
  },
} as const satisfies Readonly<Record<string, CompressionFormat>>;

export type CompressionName = keyof typeof compressionFormats;

/** The compression whose ending `extension` (without a dot) is. */
export function compressionByEnding(extension: string): CompressionName | undefined {
  const names = Object.keys(compressionFormats) as CompressionName[];
  return names.find((name) => (compressionFormats[name].endings as readonly string[]).includes(extension));
}

type Load = (source: ByteSource, options: { level: number; concurrency: number }) => Promise<AsyncIterable<Buffer>>;

function lazily(load: Load): CompressionFormat["compress"] {
  return async function* (source, options) {
    yield* await load(source, options);
  };
}
