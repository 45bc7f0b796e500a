import { DEFLATE_CODE } from "./deflate-code.ts";

/** What `prepareDeflate` needs, in a form that threads can be given. */
export interface DeflateBytesOptions {
  readonly module: WebAssembly.Module;
  /** Earlier places that each place is compared with, 1 to 32. */
  readonly depth: number;
  /** A match shorter than so many bytes gives way to a longer one that begins at the next byte. */
  readonly lazy: number;
}

/** By level, from 1 on: each makes less than the one before, and takes longer. */
const SEARCHES: readonly Omit<DeflateBytesOptions, "module">[] = [
  { depth: 1, lazy: 0 },
  { depth: 2, lazy: 0 },
  { depth: 4, lazy: 0 },
  { depth: 4, lazy: 8 },
  { depth: 4, lazy: 32 },
  { depth: 8, lazy: 32 },
  { depth: 12, lazy: 32 },
  { depth: 16, lazy: 32 },
  { depth: 32, lazy: 258 },
];

/** For levels 1 to 9. The code is compiled once, for all threads. */
export function deflateBytesOptions(level: number): DeflateBytesOptions {
  return { module: new WebAssembly.Module(Buffer.from(DEFLATE_CODE, "base64")), ...SEARCHES[level - 1]! };
}

/** What `assembly/deflate.ts` exports. */
interface DeflateExports {
  readonly memory: WebAssembly.Memory;
  readonly INPUT: WebAssembly.Global<"i32">;
  readonly OUTPUT: WebAssembly.Global<"i32">;
  deflate(length: number, before: number, depth: number, lazy: number): number;
}

/** Compresses `data`, which came after `before`. Its result is valid until its next call. */
export type DeflateBytes = (data: Uint8Array, before: Uint8Array) => Uint8Array;

/** Of at most 1 MiB; what came before is the dictionary. The result ends with a sync flush, at a byte. */
export function prepareDeflate({ module, depth, lazy }: DeflateBytesOptions): DeflateBytes {
  const instance = new WebAssembly.Instance(module).exports as unknown as DeflateExports;
  const input = instance.INPUT.value;
  const output = instance.OUTPUT.value;
  const memory = new Uint8Array(instance.memory.buffer);
  return (data, before) => {
    memory.set(before, input - before.length);
    memory.set(data, input);
    const length = instance.deflate(data.length, before.length, depth, lazy);
    return memory.subarray(output, output + length);
  };
}
