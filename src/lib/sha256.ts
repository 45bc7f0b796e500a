import { createHash } from "node:crypto";
import { createBlockWorkers } from "./compress/block-workers.ts";

/** A SHA-256 (FIPS 180-4) computed piece by piece. */
export interface Sha256 {
  /** Resolves when `data` has been read. */
  update(data: Buffer): Promise<void>;
  /** In lower-case hexadecimal. */
  digest(): Promise<string>;
  close(): Promise<void>;
}

const DIGEST_BYTES = 32;

export function sha256Here(): Sha256 {
  const hash = createHash("sha256");
  return {
    update: async (data) => void hash.update(data),
    digest: async () => hash.digest("hex"),
    close: async () => {},
  };
}

/** On a thread of its own, for data in memory that threads share. */
export function sha256OnThread(): Sha256 {
  const worker = createBlockWorkers({ name: "sha256", options: undefined }, 1);
  const digest = Buffer.from(new SharedArrayBuffer(DIGEST_BYTES));
  const nothing = digest.subarray(0, 0);
  return {
    update: async (data) => void (await worker.transform({ data, before: nothing, output: nothing })),
    digest: async () => (await worker.transform({ data: nothing, before: nothing, output: digest })).toString("hex"),
    close: () => worker.close(),
  };
}
