import { createGunzip } from "node:zlib";
import { tapSource, type ByteSource } from "../byte-source.ts";
import { readPieces } from "../read-pieces.ts";
import { bunzip2 } from "./bunzip2.ts";
import type { Layer, Packing } from "./packing.ts";
import { onlyFileInTar, onlyFileInZip } from "./only-file.ts";
import { throughStream } from "./through-stream.ts";
import { unxz } from "./unxz.ts";
import { unzstd } from "./unzstd.ts";

export interface UnpackOptions {
  readonly signal: AbortSignal;
  /** Told of the packed bytes that were read. */
  readonly onRead?: (count: number) => void;
}

/** What is packed in the file. Rejects with an `UnpackError` where that is damaged, or more than one file. */
export async function* unpack(path: string, packing: Packing, options: UnpackOptions): AsyncGenerator<Uint8Array> {
  const { signal, onRead = () => {} } = options;
  if (packing.ending === "zip") return yield* onlyFileInZip(path, options);
  let source: ByteSource = tapSource(readPieces(path, { signal }), (piece) => onRead(piece.length));
  for (const layer of packing.layers) source = unpackers[layer](source);
  yield* source;
}

const unpackers: Readonly<Record<Layer, (source: ByteSource) => ByteSource>> = {
  gz: (source) => throughStream(source, "gzip", () => createGunzip({ chunkSize: PIECE_BYTES })),
  xz: unxz,
  bz2: bunzip2,
  zst: unzstd,
  tar: onlyFileInTar,
};

const PIECE_BYTES = 256 * 1024;
