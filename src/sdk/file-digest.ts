import { stat } from "node:fs/promises";
import { hashFile, type HashFileOptions } from "../lib/checksum.ts";

/** What a file held when it was written. JSON values only. */
export interface FileDigest {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Of the last change, in milliseconds since 1970. A file that has changed since is another one. */
  readonly mtimeMs: number;
}

/** The SHA-256 of a file, without reading it where it is still as `known` says. */
export async function sha256OfFile(
  path: string,
  known: FileDigest | undefined,
  options: HashFileOptions = {},
): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  if (known?.size === size && known.mtimeMs === mtimeMs) return known.sha256;
  return (await hashFile(path, "sha256", options)).hex;
}
