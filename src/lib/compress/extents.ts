import { isZero } from "./is-zero.ts";
import { repeatedShare } from "./repetition.ts";

/** What a stretch of data is like: nothing but zeros, compressed or encrypted already, or anything else. */
type ExtentKind = "zeros" | "noise" | "other";

export interface Extent {
  readonly kind: ExtentKind;
  readonly start: number;
  readonly end: number;
}

/** Data is examined in pieces of this many bytes by default; also the window of deflate. */
export const PIECE_BYTES = 32 * 1024;
const SAMPLE_BYTES = 512;
const SAMPLES = 4;
/** Bits per byte above which order-0 statistics cannot shrink what was sampled by more than about 1 %. */
const HIGH_ENTROPY = 7.84;
/** The same for a single sample: a few bytes never look as random as they are. This alone classifies most data. */
const HIGH_ENTROPY_OF_ONE = 7.3;
/** Data of which more than this share repeats is not noise: high order-0 entropy can hide repetition. */
const WORTHWHILE_SHARE = 0.02;

/**
 * The extents of pieces of one kind that make up `data`, in order. What is noise is a guess from samples: a wrong one
 * costs size or time, never correctness.
 */
export function splitIntoExtents(data: Buffer, pieceBytes = PIECE_BYTES): Extent[] {
  if (isZero(data)) return [{ kind: "zeros", start: 0, end: data.length }];
  const extents: Extent[] = [];
  for (let start = 0; start < data.length; start += pieceBytes) {
    const end = Math.min(start + pieceBytes, data.length);
    append(extents, { kind: kindOf(data.subarray(start, end)), start, end });
  }
  const checked: Extent[] = [];
  for (const extent of extents) {
    const kind = isRepetitive(data, extent) ? "other" : extent.kind;
    append(checked, { ...extent, kind });
  }
  return checked;
}

function append(extents: Extent[], extent: Extent): void {
  const last = extents.at(-1);
  if (last?.kind === extent.kind) extents[extents.length - 1] = { ...last, end: extent.end };
  else extents.push(extent);
}

function kindOf(piece: Buffer): ExtentKind {
  if (isZero(piece)) return "zeros";
  const looksRandom = () =>
    sampledEntropy(piece, 1) > HIGH_ENTROPY_OF_ONE && sampledEntropy(piece, SAMPLES) > HIGH_ENTROPY;
  return piece.length >= PIECE_BYTES && looksRandom() ? "noise" : "other";
}

const counts = new Uint32Array(256);
/** n × log2(n), as the statistics add it up. */
const timesItsLog2 = Float64Array.from({ length: SAMPLES * SAMPLE_BYTES + 1 }, (_, n) =>
  n === 0 ? 0 : n * Math.log2(n),
);

/** Bits per byte, from 0 to 8, of the order-0 statistics of the first few samples. */
function sampledEntropy(piece: Buffer, samples: number): number {
  counts.fill(0);
  const step = (piece.length - SAMPLE_BYTES) / (SAMPLES - 1);
  for (let sample = 0; sample < samples; sample++) {
    const start = Math.floor(sample * step);
    for (let index = start; index < start + SAMPLE_BYTES; index++) counts[piece[index]!]!++;
  }
  let sum = 0;
  for (let byte = 0; byte < counts.length; byte++) sum += timesItsLog2[counts[byte]!]!;
  const total = samples * SAMPLE_BYTES;
  return Math.log2(total) - sum / total;
}

/** Whether an extent that looks like noise repeats what came before; judged from its middle. */
function isRepetitive(data: Buffer, { kind, start, end }: Extent): boolean {
  if (kind !== "noise") return false;
  const middle = (start + end) >> 1;
  const from = Math.max(start, middle - PIECE_BYTES / 2);
  const to = Math.min(end, middle + PIECE_BYTES / 2);
  return repeatedShare(data, from, to) > WORTHWHILE_SHARE;
}
