import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { mapLimited } from "../../../lib/limited.ts";
import { changedWhileStored, unreadableFile, type FileToPut, type Transfer } from "../../../sdk/store-place.ts";
import type { Bucket } from "./bucket.ts";

/** Few enough parts for any file S3 takes (5 TiB), and big enough to keep a fast line busy. */
const PART_BYTES = 16 * 1024 * 1024;
const MOST_PARTS = 10_000;
const AT_ONCE = 4;
/** What the SDK sends with each part. S3 wants it named at the beginning, and compares. */
const PART_CHECKSUM = "CRC32" as const;

/**
 * Puts a file into a bucket; one of more than a part in parts, so that a broken connection costs one of them. S3 checks each
 * by a checksum, and what was read is compared with the digest of the file before the object appears.
 */
export async function uploadFile(place: Bucket, key: string, file: FileToPut, transfer: Transfer): Promise<void> {
  const handle = await open(file.path).catch(unreadableFile(file.path));
  try {
    const upload = { place, key, file, handle, transfer };
    if (file.size <= PART_BYTES) await uploadWhole(upload);
    else await uploadParts(upload);
  } finally {
    await handle.close();
  }
}

interface Upload {
  readonly place: Bucket;
  readonly key: string;
  readonly file: FileToPut;
  readonly handle: FileHandle;
  readonly transfer: Transfer;
}

async function uploadWhole({ place, key, file, handle, transfer }: Upload): Promise<void> {
  const { s3, bucket } = place;
  const Body = await readAt(handle, { path: file.path, position: 0, length: file.size });
  const digest = createHash("sha256").update(Body).digest();
  if (digest.toString("hex") !== file.sha256) throw changedWhileStored(file.path);
  const object = { Bucket: bucket, Key: key, Body, ChecksumSHA256: digest.toString("base64") };
  await s3.call("PutObject", object, { signal: transfer.signal });
  transfer.onProgress?.(file.size);
}

async function uploadParts(upload: Upload): Promise<void> {
  const { place, key, transfer } = upload;
  const { s3, bucket } = place;
  const target = { Bucket: bucket, Key: key };
  // Its answer names what is to be aborted, so it is waited for.
  const begun = { ...target, ChecksumAlgorithm: PART_CHECKSUM };
  const { UploadId } = await s3.call("CreateMultipartUpload", begun, { pauses: transfer.signal });
  try {
    const Parts = await sendParts(upload, UploadId!);
    const whole = { ...target, UploadId, MultipartUpload: { Parts } };
    await s3.call("CompleteMultipartUpload", whole, { signal: transfer.signal });
  } catch (error) {
    // What cannot be aborted now is swept away by a later run.
    await s3.call("AbortMultipartUpload", { ...target, UploadId }, { once: true }).catch(() => {});
    throw error;
  }
}

async function sendParts(upload: Upload, uploadId: string) {
  const { place, key, file, transfer } = upload;
  const partBytes = Math.max(PART_BYTES, Math.ceil(file.size / MOST_PARTS));
  const starts = Array.from({ length: Math.ceil(file.size / partBytes) }, (_, index) => index * partBytes);
  const failed = new AbortController();
  const signal = AbortSignal.any([transfer.signal, failed.signal]);
  const readNext = readInOrder(upload, partBytes);
  let sent = 0;
  const parts = await mapLimited(starts, AT_ONCE, async (start, index) => {
    try {
      signal.throwIfAborted();
      const Body = await readNext.read(start);
      const part = { Bucket: place.bucket, Key: key, UploadId: uploadId, PartNumber: index + 1, Body };
      const answer = await place.s3.call("UploadPart", part, { signal });
      sent += Body.length;
      transfer.onProgress?.(sent);
      return { PartNumber: index + 1, ETag: answer.ETag, ChecksumCRC32: answer.ChecksumCRC32 };
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  if (readNext.digest() !== file.sha256) throw changedWhileStored(file.path);
  return parts;
}

/** Reads parts one after the other, however many are being sent, so that one digest sees all of them. */
function readInOrder({ handle, file }: Upload, partBytes: number) {
  const hash = createHash("sha256");
  let turn: Promise<unknown> = Promise.resolve();
  const readPart = async (start: number): Promise<Buffer> => {
    const length = Math.min(partBytes, file.size - start);
    const bytes = await readAt(handle, { path: file.path, position: start, length });
    hash.update(bytes);
    return bytes;
  };
  return {
    read: (start: number): Promise<Buffer> => {
      const reading = turn.then(() => readPart(start));
      turn = reading.catch(() => {});
      return reading;
    },
    digest: (): string => hash.digest("hex"),
  };
}

interface Stretch {
  readonly path: string;
  readonly position: number;
  readonly length: number;
}

async function readAt(handle: FileHandle, { path, position, length }: Stretch): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw changedWhileStored(path);
    done += bytesRead;
  }
  return buffer;
}
