import type * as crypto from "node:crypto";
import { createBlockWorkers } from "./compress/block-workers.ts";

/** A SHA-256 made beside whatever else goes on. */
export interface HashThread {
  /** Hashes bytes in memory that threads can share; it must not change before the promise resolves. */
  update(bytes: Buffer): Promise<void>;
  /** Lower-case hexadecimal. The last call but `close`. */
  digest(): Promise<string>;
  close(): Promise<void>;
}

const DIGEST_BYTES = 32;

export function createHashThread(): HashThread {
  const thread = createBlockWorkers({ module: "node:crypto", prepare: prepareHash, options: {}, count: 1 });
  const nothing = (bytes: Buffer): Buffer => bytes.subarray(0, 0);
  return {
    async update(bytes) {
      await thread.transform({ data: bytes, before: nothing(bytes), output: nothing(bytes) });
    },
    async digest() {
      const output = Buffer.from(new SharedArrayBuffer(DIGEST_BYTES));
      const digest = await thread.transform({ data: nothing(output), before: nothing(output), output });
      return digest.toString("hex");
    },
    close: () => thread.close(),
  };
}

/** No bytes ask for the digest. */
function prepareHash({ createHash }: typeof crypto) {
  const hash = createHash("sha256");
  return (data: Uint8Array): Uint8Array => {
    if (data.length === 0) return hash.digest();
    hash.update(data);
    return data.subarray(0, 0);
  };
}
