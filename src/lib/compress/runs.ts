import { deflateRawSync } from "node:zlib";
import { isZero } from "./is-zero.ts";

/** What a stretch of data is like: nothing but zeros, compressed or encrypted already, or anything else. */
type RunKind = "zeros" | "noise" | "other";

export interface Run {
  readonly kind: RunKind;
  readonly start: number;
  readonly end: number;
}

/** Data is looked at in pieces of so many bytes, unless asked otherwise: also the window of deflate. */
export const PIECE_BYTES = 32 * 1024;
const SAMPLE_BYTES = 512;
const SAMPLES = 4;
/** Bits per byte above which order-0 statistics cannot shrink what was sampled by more than about 1 %. */
const HIGH_ENTROPY = 7.84;
/** The same for a single sample: few bytes never look as random as they are. Most data is told by this alone. */
const HIGH_ENTROPY_OF_ONE = 7.3;
/** Noise that deflate shrinks by more than this is none: high order-0 entropy can hide repetition. */
const WORTHWHILE = 0.98;

/**
 * The runs of pieces of one kind that make up `data`, in order. What is noise is a guess from samples: a wrong one costs
 * size or time, never correctness.
 */
export function splitIntoRuns(data: Buffer, pieceBytes = PIECE_BYTES): Run[] {
  if (isZero(data)) return [{ kind: "zeros", start: 0, end: data.length }];
  const runs: Run[] = [];
  for (let start = 0; start < data.length; start += pieceBytes) {
    const end = Math.min(start + pieceBytes, data.length);
    append(runs, { kind: kindOf(data.subarray(start, end)), start, end });
  }
  const checked: Run[] = [];
  for (const run of runs) append(checked, isRepetitive(data, run) ? { ...run, kind: "other" } : run);
  return checked;
}

function append(runs: Run[], run: Run): void {
  const last = runs.at(-1);
  if (last?.kind === run.kind) runs[runs.length - 1] = { ...last, end: run.end };
  else runs.push(run);
}

function kindOf(piece: Buffer): RunKind {
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

/** Deflate itself decides, on the middle of a run that looks like noise. */
function isRepetitive(data: Buffer, { kind, start, end }: Run): boolean {
  if (kind !== "noise") return false;
  const middle = (start + end - PIECE_BYTES / 2) >> 1;
  const sample = data.subarray(middle, middle + PIECE_BYTES / 2);
  return deflateRawSync(sample, { level: 1 }).length < sample.length * WORTHWHILE;
}
