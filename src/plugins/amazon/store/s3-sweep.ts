import { isDenied } from "../aws/failure.ts";
import type { Bucket } from "./bucket.ts";
import { listParts, type UploadId } from "./s3-parts.ts";
import { listUploads } from "./s3-uploads.ts";

export interface Unfinished {
  /** Of the keys. */
  readonly prefix: string;
  /** Milliseconds since 1970. */
  readonly before: number;
  readonly signal: AbortSignal;
}

/** The parts of an upload that died are stored, and cost money, until somebody says that it is over. */
export async function abortUploads(place: Bucket, { prefix, before, signal }: Unfinished): Promise<void> {
  const { s3, bucket } = place;
  for await (const { key, uploadId, begunAt } of listUploads(place, prefix, signal)) {
    if (begunAt >= before || (await hasYoungPart(place, { key, uploadId }, { before, signal }))) continue;
    // Another machine may have been quicker.
    await s3.call("AbortMultipartUpload", { Bucket: bucket, Key: key, UploadId: uploadId }, { signal }).catch(() => {});
    signal.throwIfAborted();
  }
}

/** One that was begun long ago may still be going on, or go on again. Who may not ask for its parts takes it for dead. */
async function hasYoungPart(
  place: Bucket,
  id: UploadId,
  { before, signal }: Pick<Unfinished, "before" | "signal">,
): Promise<boolean> {
  try {
    const parts = await listParts(place, id, signal);
    return [...parts.values()].some(({ writtenAt }) => writtenAt >= before);
  } catch (error) {
    signal.throwIfAborted();
    return !isDenied(error);
  }
}
