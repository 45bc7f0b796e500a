import { stat } from "node:fs/promises";
import { mapLimited } from "../lib/limited.ts";
import type { Artifact } from "../sdk/artifact.ts";
import type { ArtifactSummary } from "../sdk/event.ts";
import { sha256OfFile } from "../sdk/file-digest.ts";

export interface SummaryOptions {
  readonly signal: AbortSignal;
  /** Bytes: larger files get no digest. */
  readonly hashUpTo: number;
  /** Of a file that takes more than a moment to read; bytes. */
  readonly onProgress?: ((path: string, done: number, size: number) => void) | undefined;
}

/** Read within about a second. */
const QUICKLY_READ_BYTES = 256 * 1024 ** 2;

/** An artifact as the summary and the metadata file describe it: its files as they are on the disk now. */
export async function summarizeArtifact(artifact: Artifact, options: SummaryOptions): Promise<ArtifactSummary> {
  const files = await mapLimited(artifact.files, 2, (path) => summarizeFile(artifact, path, options));
  return { builderId: artifact.builderId, id: artifact.id, description: artifact.description, files };
}

async function summarizeFile({ digests }: Artifact, path: string, options: SummaryOptions) {
  const { signal, hashUpTo } = options;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return { path, size: 0 };
  const known = digests?.[path];
  if (signal.aborted || (!known && found.size > hashUpTo)) return { path, size: found.size };
  const isLong = found.size > QUICKLY_READ_BYTES;
  const onProgress = isLong ? (done: number) => options.onProgress?.(path, done, found.size) : undefined;
  const sha256 = await sha256OfFile(path, known, { signal, onProgress }).catch(() => undefined);
  return { path, size: found.size, sha256 };
}
