import type { Bucket } from "./bucket.ts";
import { listParts, type KeptPart } from "./s3-parts.ts";
import { listUploads } from "./s3-uploads.ts";

/** An upload in parts, and those of them that S3 has. */
export interface ResumableUpload {
  readonly uploadId: string;
  /** By their numbers. */
  readonly parts: ReadonlyMap<number, KeptPart>;
}

/**
 * The upload of this key that was broken off with the most parts; `undefined` where there is none, and where it may not or cannot be
 * asked for, for all can be sent again.
 */
export async function findUpload(
  place: Bucket,
  key: string,
  signal: AbortSignal,
): Promise<ResumableUpload | undefined> {
  let best: ResumableUpload | undefined;
  try {
    for await (const upload of listUploads(place, key, signal)) {
      if (upload.key !== key) continue;
      const parts = await listParts(place, upload, signal);
      if (parts.size > (best?.parts.size ?? 0)) best = { uploadId: upload.uploadId, parts };
    }
  } catch {
    signal.throwIfAborted();
  }
  return best;
}
