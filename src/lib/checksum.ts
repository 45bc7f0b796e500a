import { createHash } from "node:crypto";
import { readPieces } from "./read-pieces.ts";

/** The digests iso_checksum and checksum files may use, with the length of each in hexadecimal digits. */
export const digestLengths = { md5: 32, sha1: 40, sha224: 56, sha256: 64, sha384: 96, sha512: 128 } as const;
export type DigestAlgorithm = keyof typeof digestLengths;

export interface Digest {
  readonly algorithm: DigestAlgorithm;
  /** Lower-case hexadecimal. */
  readonly hex: string;
}

export function isDigestAlgorithm(name: string): name is DigestAlgorithm {
  return Object.hasOwn(digestLengths, name);
}

/** A digest given as digits only: the length implies the algorithm. `undefined` when no algorithm has that length. */
export function digestByLength(hex: string): Digest | undefined {
  if (!/^[0-9a-fA-F]+$/.test(hex)) return undefined;
  const algorithm = (Object.keys(digestLengths) as DigestAlgorithm[]).find(
    (name) => digestLengths[name] === hex.length,
  );
  return algorithm && { algorithm, hex: hex.toLowerCase() };
}

export function formatDigest(digest: Digest): string {
  return `${digest.algorithm}:${digest.hex}`;
}

export interface HashFileOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Reads the whole file once and returns its digest. */
export async function hashFile(
  path: string,
  algorithm: DigestAlgorithm,
  options: HashFileOptions = {},
): Promise<Digest> {
  const hash = createHash(algorithm);
  let done = 0;
  for await (const chunk of readPieces(path, { signal: options.signal })) {
    hash.update(chunk);
    done += chunk.length;
    options.onProgress?.(done);
  }
  return { algorithm, hex: hash.digest("hex") };
}
