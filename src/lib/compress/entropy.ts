import { deflateRawSync } from "node:zlib";

const SAMPLE_BYTES = 4096;
const SAMPLES = 4;
/** Bits per byte above which order-0 statistics cannot shrink a sample by more than about 2 %. */
const HIGH_ENTROPY = 7.85;
/** A sample that deflate shrinks by less than this is not worth the time. */
const WORTHWHILE = 0.98;

/**
 * Whether deflate would hardly shrink `block` (compressed or encrypted data): a guess from a few samples. A wrong guess
 * costs size or time, never correctness.
 */
export function isIncompressible(block: Buffer): boolean {
  if (block.length < SAMPLE_BYTES) return false;
  const step = Math.floor((block.length - SAMPLE_BYTES) / (SAMPLES - 1));
  for (let index = 0; index < SAMPLES; index++) {
    const sample = block.subarray(index * step, index * step + SAMPLE_BYTES);
    if (entropy(sample) < HIGH_ENTROPY) return false;
  }
  // High order-0 entropy can hide repetition: let deflate itself decide on one larger sample.
  const sample = block.subarray(0, SAMPLE_BYTES * 4);
  return deflateRawSync(sample, { level: 1 }).length > sample.length * WORTHWHILE;
}

/** Bits per byte of the order-0 statistics of `bytes`, from 0 to 8. */
export function entropy(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (let index = 0; index < bytes.length; index++) counts[bytes[index]!]!++;
  let sum = 0;
  for (const count of counts) if (count > 0) sum += count * Math.log2(count);
  return Math.log2(bytes.length) - sum / bytes.length;
}

/** Whether every byte is zero. */
export function isZero(block: Buffer): boolean {
  if (block.length === 0) return true;
  // memcmp of the block with itself, shifted by one: all bytes equal the first.
  return block[0] === 0 && block.subarray(1).equals(block.subarray(0, block.length - 1));
}
