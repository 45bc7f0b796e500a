import { createHash } from "node:crypto";
import type { TransformBytes } from "./compress/transform-bytes.ts";

/** Adds blocks to a SHA-256: returns nothing for data, and the digest for an empty block. */
export function prepareSha256(): TransformBytes {
  const hash = createHash("sha256");
  return (data) => {
    if (data.length === 0) return hash.digest();
    hash.update(data);
    return data.subarray(0, 0);
  };
}
