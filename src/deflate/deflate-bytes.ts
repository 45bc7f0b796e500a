import { constants, deflateRawSync } from "node:zlib";
import { prepareOwnDeflate, type DeflateBytes, type Search } from "./own-deflate.ts";

/** The parameters of a level (`levels.ts`), in a form that can be sent to threads. */
export interface DeflateBytesOptions {
  /** Our compiled code. */
  readonly module: WebAssembly.Module;
  readonly search: Search;
  /** Where zlib, at this level, compresses better, zlib is used; undefined never uses zlib. */
  readonly zlibLevel: number | undefined;
}

const WINDOW_BYTES = 32 * 1024;
/** Both are tried on this much of the data. */
const SAMPLE_BYTES = 64 * 1024;

/**
 * Deflates at most 1 MiB with at most 32 KiB before it as dictionary. The result ends with a sync flush, at a byte:
 * what follows in the stream (RFC 1951) can be joined to it.
 */
export function prepareDeflate({ module, search, zlibLevel }: DeflateBytesOptions): DeflateBytes {
  const ours = prepareOwnDeflate(module, search);
  if (zlibLevel === undefined) return ours;
  return smallerOnSample(ours, zlibDeflate(zlibLevel));
}

function zlibDeflate(level: number): DeflateBytes {
  const finishFlush = constants.Z_SYNC_FLUSH;
  return (data, before) => {
    const dictionary = before.length > 0 && { dictionary: before };
    return deflateRawSync(data, { level, finishFlush, ...dictionary });
  };
}

/** Chooses, for each call, the one that compresses the middle of the data better; `other` if they are equal. */
function smallerOnSample(one: DeflateBytes, other: DeflateBytes): DeflateBytes {
  return (data, before) => {
    const start = Math.max(0, (data.length - SAMPLE_BYTES) >> 1);
    const sample = data.subarray(start, start + SAMPLE_BYTES);
    const beforeSample = windowBefore(start, data, before);
    const deflate = one(sample, beforeSample).length < other(sample, beforeSample).length ? one : other;
    return deflate(data, before);
  };
}

function windowBefore(start: number, data: Uint8Array, before: Uint8Array): Uint8Array {
  if (start === 0) return before;
  return data.subarray(Math.max(0, start - WINDOW_BYTES), start);
}
