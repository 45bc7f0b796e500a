import type { Bucket } from "./bucket.ts";
import type { UploadId } from "./s3-parts.ts";

/** An upload in parts that was begun, and neither completed nor aborted. */
interface BegunUpload extends UploadId {
  /** Milliseconds since 1970. */
  readonly begunAt: number;
}

/** Of all keys that begin so. */
export async function* listUploads(
  { s3, bucket }: Bucket,
  prefix: string,
  signal: AbortSignal,
): AsyncIterable<BegunUpload> {
  let next: PageStart | undefined = {};
  while (next !== undefined) {
    const question: UploadsQuestion = { Bucket: bucket, Prefix: prefix, ...next };
    const page = await s3.call("ListMultipartUploads", question, { signal });
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      yield { key: Key!, uploadId: UploadId!, begunAt: Initiated?.getTime() ?? Infinity };
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
