import { join } from "node:path";
import { formatDigest, type Digest } from "../../lib/checksum.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import type { Checksum } from "../../lib/checksum-spec.ts";
import type { DownloadSource } from "./place.ts";

export interface DownloadOptions {
  /** For messages and the progress bar: `ISO`. */
  readonly label: string;
  /** Tried in this order. Paths and `file:` URLs are used where they are. */
  readonly urls: readonly string[];
  readonly checksum: Checksum;
  /** A file or directory of the user's own; default: the cache. */
  readonly targetPath?: string | undefined;
  /** Of the name in the cache. Default: as in the URL. */
  readonly extension?: string | undefined;
  /** Pause before going on after a cut, the first time. Default 400 ms. */
  readonly pauseMs?: number | undefined;
}

/** One source being tried. */
export interface DownloadAttempt {
  readonly run: Run;
  readonly options: DownloadOptions;
  readonly signal: AbortSignal;
  readonly source: DownloadSource;
  /** What the file has to be; absent when anything goes. */
  readonly digest: Digest | undefined;
  /** It is unpacked afterwards: the digest is of what is downloaded. */
  readonly isPacked?: boolean;
}

export interface Downloaded {
  readonly path: string;
  /** Absent for a local file without a checksum. */
  readonly digest: Digest | undefined;
}

export function cacheDirectory(run: Pick<Run, "directories">): string {
  return join(run.directories.cache, "download");
}

export function wrongDigest(wanted: Digest, actual: Digest, { isPacked = false }: DownloadAttempt): BuildError {
  const packedHint = " It has to be of the packed file, not of the image in it.";
  return new BuildError(`wrong checksum: it should be ${formatDigest(wanted)} and is ${formatDigest(actual)}`, {
    hint: `Either the file has changed at its source, or the checksum is not of this file.${isPacked ? packedHint : ""}`,
  });
}
