import type { Bucket } from "./bucket.ts";

export interface Unfinished {
  /** Of the keys. */
  readonly prefix: string;
  /** Milliseconds since 1970. */
  readonly before: number;
  readonly signal: AbortSignal;
}

/** The parts of an upload that died are stored, and cost money, until somebody says that it is over. */
export async function abortUploads({ s3, bucket }: Bucket, unfinished: Unfinished): Promise<void> {
  const { prefix, before, signal } = unfinished;
  let next: PageStart | undefined = {};
  while (next !== undefined) {
    const question: UploadsQuestion = { Bucket: bucket, Prefix: prefix, ...next };
    const page = await s3.call("ListMultipartUploads", question, { signal });
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if ((Initiated?.getTime() ?? Infinity) >= before) continue;
      // Another machine may have been quicker.
      await s3.call("AbortMultipartUpload", { Bucket: bucket, Key, UploadId }, { signal }).catch(() => {});
      signal.throwIfAborted();
    }
    next = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
  }
}

interface PageStart {
  readonly KeyMarker?: string | undefined;
  readonly UploadIdMarker?: string | undefined;
}

interface UploadsQuestion extends PageStart {
  readonly Bucket: string;
  readonly Prefix: string;
}
