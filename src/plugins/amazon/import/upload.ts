import { open, type FileHandle } from "node:fs/promises";
import { mapLimited } from "../../../lib/limited.ts";
import { startTime } from "../../../lib/start-time.ts";
import type { Cloud } from "../aws/cloud.ts";
import { s3ObjectKind } from "../aws/kinds/s3-object.ts";
import { newToken } from "../aws/mark.ts";
import { ownResource, type OwnedResource } from "../aws/owned.ts";
import type { Run, Step } from "../../../sdk/run.ts";
import type { ImportConfig } from "./options.ts";

export interface UploadedObject {
  readonly bucket: string;
  readonly key: string;
}

/** In parts, so that a broken connection costs one of them. Removed after the import, unless `skip_clean` is set. */
export async function uploadToBucket(
  run: Run,
  cloud: Cloud,
  { config, path }: { readonly config: ImportConfig; readonly path: string },
): Promise<UploadedObject> {
  return run.step("upload the file", async (step) => {
    const bucket = config.s3_bucket_name;
    const seconds = Math.floor(startTime(run.host).getTime() / 1000);
    const key = config.s3_key_name?.render({}) ?? `packer-import-${seconds}.${config.format}`;
    const token = newToken(run);
    const kept = () => config.skip_clean;
    const owned = await ownResource({ run, step, cloud }, s3ObjectKind, { token, name: key, more: { bucket }, kept });
    run.say(`Uploading ${path} to s3://${bucket}/${key}`);
    const target = {
      Bucket: bucket,
      Key: key,
      Metadata: { "imgbuild-run": run.runId },
      ServerSideEncryption: config.s3_encryption,
      SSEKMSKeyId: config.s3_encryption_key,
    };
    const file = await open(path);
    try {
      const { size } = await file.stat();
      await send(run, cloud, { file, size, target, owned, step });
    } finally {
      await file.close();
    }
    await owned.made(key, { uploadId: "" });
    return { bucket, key };
  });
}

interface UploadPlan {
  readonly file: FileHandle;
  readonly size: number;
  readonly target: { readonly Bucket: string; readonly Key: string };
  readonly owned: OwnedResource;
  readonly step: Step;
}

/** Few enough parts for any file S3 takes (5 TiB), and big enough to keep a fast line busy. */
const PART_BYTES = 16 * 1024 * 1024;
const MOST_PARTS = 10_000;
const AT_A_TIME = 4;

async function send(run: Run, cloud: Cloud, { file, size, target, owned, step }: UploadPlan): Promise<void> {
  const s3 = cloud.s3();
  const { signal } = step;
  if (size <= PART_BYTES) {
    const Body = await read(file, 0, size);
    await owned.making(() => s3.call("PutObject", { ...target, Body }, { signal }));
    return run.progress("Uploading", size, size);
  }
  // What the SDK sends with each part: S3 wants it named at the beginning, and compares.
  const begun = { ...target, ChecksumAlgorithm: "CRC32" as const };
  const { UploadId } = await owned.making(() => s3.call("CreateMultipartUpload", begun));
  await owned.made(target.Key, { uploadId: UploadId });
  const { Bucket, Key } = target;
  const upload = { Bucket, Key, UploadId };
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS));
  const starts = Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => index * partBytes);
  const failed = new AbortController();
  let sent = 0;
  const parts = await mapLimited(starts, AT_A_TIME, async (start, index) => {
    try {
      const Body = await read(file, start, Math.min(partBytes, size - start));
      const part = { ...upload, PartNumber: index + 1, Body };
      const answer = await s3.call("UploadPart", part, { signal: AbortSignal.any([signal, failed.signal]) });
      sent += Body.length;
      run.progress("Uploading", sent, size);
      return { PartNumber: index + 1, ETag: answer.ETag, ChecksumCRC32: answer.ChecksumCRC32 };
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  await s3.call("CompleteMultipartUpload", { ...upload, MultipartUpload: { Parts: parts } }, { signal });
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new Error("the file has become shorter while it was read");
    done += bytesRead;
  }
  return buffer;
}
