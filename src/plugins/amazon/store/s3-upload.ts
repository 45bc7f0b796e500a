import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { mapLimited } from "../../../lib/limited.ts";
import { changedWhileStored, unreadableFile, type FileToPut, type Transfer } from "../../../sdk/store-place.ts";
import { codeOf } from "../aws/failure.ts";
import type { Bucket } from "./bucket.ts";
import { isKept } from "./s3-parts.ts";
import { findUpload, type ResumableUpload } from "./s3-resume.ts";

/** Few enough parts for any file S3 takes (5 TiB), and big enough to keep a fast line busy. */
const PART_BYTES = 16 * 1024 * 1024;
const MOST_PARTS = 10_000;
const AT_ONCE = 4;
/** What the SDK sends with each part. S3 wants it named at the beginning, and compares. */
const PART_CHECKSUM = "CRC32" as const;
/** Of uploads that other machines end meanwhile. */
const ATTEMPTS = 3;

/**
 * Puts a file into a bucket; one of more than a part in parts, so that a broken connection costs one of them, and what S3 has of an
 * upload that was broken off is not sent again. S3 checks each part by a checksum, and what was read is compared with the digest of
 * the file before the object appears.
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

/** Another machine may go on with the same upload, complete it, or sweep it away. */
async function uploadParts(upload: Upload): Promise<void> {
  const { place, key, file, transfer } = upload;
  for (let attempt = 1; ; attempt++) {
    const begun = (await findUpload(place, key, transfer.signal)) ?? (await beginUpload(upload));
    try {
      return await finishUpload(upload, begun);
    } catch (error) {
      if (!ENDED_ELSEWHERE.has(codeOf(error)) || attempt === ATTEMPTS) throw error;
    }
    if (await isThere(upload)) return transfer.onProgress?.(file.size);
  }
}

/** `InvalidPart`: another machine has sent the same part once more, and S3 has given it another tag. */
const ENDED_ELSEWHERE: ReadonlySet<string> = new Set(["NoSuchUpload", "InvalidPart"]);

async function beginUpload({ place, key, transfer }: Upload): Promise<ResumableUpload> {
  const begun = { Bucket: place.bucket, Key: key, ChecksumAlgorithm: PART_CHECKSUM };
  // Its answer names what would be left, so it is waited for.
  const { UploadId } = await place.s3.call("CreateMultipartUpload", begun, { pauses: transfer.signal });
  return { uploadId: UploadId!, parts: new Map() };
}

/** What is broken off stays for the next one who has the same file, until it is swept away. */
async function finishUpload(upload: Upload, begun: ResumableUpload): Promise<void> {
  const { place, key, file, transfer } = upload;
  const { s3, bucket } = place;
  const target = { Bucket: bucket, Key: key, UploadId: begun.uploadId };
  const { parts, sha256 } = await sendParts(upload, begun);
  if (sha256 !== file.sha256) {
    await s3.call("AbortMultipartUpload", target, { once: true }).catch(() => {});
    throw changedWhileStored(file.path);
  }
  const whole = { ...target, MultipartUpload: { Parts: parts } };
  await s3.call("CompleteMultipartUpload", whole, { signal: transfer.signal });
}

async function isThere({ place, key, file, transfer }: Upload): Promise<boolean> {
  const question = { Bucket: place.bucket, Prefix: key, MaxKeys: 1 };
  const { Contents = [] } = await place.s3.call("ListObjectsV2", question, { signal: transfer.signal });
  return Contents.some(({ Key, Size }) => Key === key && Size === file.size);
}

async function sendParts(upload: Upload, { uploadId, parts: kept }: ResumableUpload) {
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
      const PartNumber = index + 1;
      const known = kept.get(PartNumber);
      const part = { Bucket: place.bucket, Key: key, UploadId: uploadId, PartNumber, Body };
      const answer = isKept(known, Body) ? known : await place.s3.call("UploadPart", part, { signal });
      sent += Body.length;
      transfer.onProgress?.(sent);
      return { PartNumber, ETag: answer.ETag, ChecksumCRC32: answer.ChecksumCRC32 };
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  return { parts, sha256: readNext.digest() };
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
