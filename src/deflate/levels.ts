import { DEFLATE_CODE } from "./deflate-code.ts";
import type { DeflateBytesOptions } from "./deflate-bytes.ts";
import type { Search } from "./own-deflate.ts";

/** By level, from 1 on: each compresses better than the one before, and takes longer. At the last, only size counts. */
const LEVELS: readonly (Search & { readonly zlibLevel?: number })[] = [
  { depth: 1, lazy: 0 },
  { depth: 2, lazy: 0 },
  { depth: 4, lazy: 0 },
  { depth: 4, lazy: 8 },
  { depth: 4, lazy: 32 },
  { depth: 8, lazy: 32 },
  { depth: 12, lazy: 32 },
  { depth: 16, lazy: 32 },
  { depth: 32, lazy: 258, zlibLevel: 9 },
];

/** For levels 1 (fast) to 9 (small). The code is compiled once, for all threads. */
export function deflateBytesOptions(level: number): DeflateBytesOptions {
  const module = new WebAssembly.Module(Buffer.from(DEFLATE_CODE, "base64"));
  const { zlibLevel, ...search } = LEVELS[level - 1]!;
  return { module, search, zlibLevel };
}
