import { readdirSync, readFileSync } from "node:fs";

export const MAX_BYTES = 1024 * 1024;
export const WINDOW_BYTES = 32 * 1024;

/** Numbers from 0 to 1, the same each time. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

export function filled(length: number, byteAt: (index: number, made: Buffer) => number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) bytes[index] = byteAt(index, bytes);
  return bytes;
}

export const TEXT = Buffer.concat(
  readdirSync("src", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith(".ts") && !entry.name.includes("deflate-code"))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`)),
).subarray(0, MAX_BYTES);

export const PROGRAM = readFileSync(process.execPath).subarray(40 * MAX_BYTES, 41 * MAX_BYTES);

/** Data of many kinds: as it comes from programs, and made to meet the corners of the format. */
export const KINDS: Readonly<Record<string, (length: number, next: () => number) => Buffer>> = {
  text: (length) => TEXT.subarray(0, length),
  program: (length) => PROGRAM.subarray(0, length),
  "one byte": (length, next) => Buffer.alloc(length, Math.floor(next() * 256)),
  noise: (length, next) => filled(length, () => next() * 256),
  "few symbols": (length, next) => {
    const symbols = 2 + Math.floor(next() * 3);
    return filled(length, () => next() * symbols);
  },
  "a period as long as the window, or about": (length, next) => {
    const period = WINDOW_BYTES - 2 + Math.floor(next() * 5);
    return filled(length, (index, made) => (index < period ? next() * 256 : made[index - period]!));
  },
  // Each symbol twice as frequent as the next one: the code of least redundancy is longer than the format allows.
  "a steep distribution": (length, next) => filled(length, () => Math.min(255, Math.floor(-Math.log2(1 - next())))),
  "stretches of all kinds": (length, next) => {
    let kind = 0;
    let left = 0;
    return filled(length, (index, made) => {
      if (left-- <= 0) [kind, left] = [Math.floor(next() * 3), Math.floor(next() * 3000)];
      if (kind === 0) return next() * 256;
      return kind === 1 ? 0 : (made[index - 100 * (1 + Math.floor(next() * 3))] ?? 1);
    });
  },
};
