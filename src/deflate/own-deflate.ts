/** Compresses `data`, which came after `before`. Its result is valid until its next call. */
export type DeflateBytes = (data: Uint8Array, before: Uint8Array) => Uint8Array;

/** How thorough the search for repetition is. */
export interface Search {
  /** How many earlier places each place is compared with, 1 to 32. */
  readonly depth: number;
  /** A match shorter than this many bytes gives way to a longer one that begins at the next byte. */
  readonly lazy: number;
}

/** What `assembly/deflate.ts` exports. */
interface DeflateExports {
  readonly memory: WebAssembly.Memory;
  readonly INPUT: WebAssembly.Global<"i32">;
  readonly OUTPUT: WebAssembly.Global<"i32">;
  deflate(length: number, before: number, depth: number, lazy: number): number;
}

/** Our deflate. Data is copied to its own memory, which also holds the result. */
export function prepareOwnDeflate(module: WebAssembly.Module, { depth, lazy }: Search): DeflateBytes {
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
