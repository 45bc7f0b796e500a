import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Bucket } from "./bucket.ts";

/** A part of an upload that S3 has. */
export interface KeptPart {
  readonly ETag: string;
  /** In bytes. */
  readonly size: number;
  /** Base64; not every maker's S3 has it. */
  readonly ChecksumCRC32: string | undefined;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

export interface UploadId {
  readonly key: string;
  readonly uploadId: string;
}

/** By their numbers. */
export async function listParts(
  { s3, bucket }: Bucket,
  { key, uploadId }: UploadId,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, KeptPart>> {
  const parts = new Map<number, KeptPart>();
  let marker: string | undefined;
  do {
    const question = { Bucket: bucket, Key: key, UploadId: uploadId, PartNumberMarker: marker };
    const page: PartsPage = await s3.call("ListParts", question, { signal });
    for (const { PartNumber, ETag, Size = 0, ChecksumCRC32, LastModified } of page.Parts ?? []) {
      if (PartNumber === undefined || ETag === undefined) continue;
      parts.set(PartNumber, { ETag, size: Size, ChecksumCRC32, writtenAt: LastModified?.getTime() ?? 0 });
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return parts;
}

interface PartsPage {
  readonly Parts?: readonly {
    readonly PartNumber?: number | undefined;
    readonly ETag?: string | undefined;
    readonly Size?: number | undefined;
    readonly ChecksumCRC32?: string | undefined;
    readonly LastModified?: Date | undefined;
  }[];
  readonly IsTruncated?: boolean | undefined;
  readonly NextPartNumberMarker?: string | undefined;
}

/** Whether S3 has these bytes: by the checksum it keeps, or by its tag, which is the MD5 of a part that no key encrypts. */
export function isKept(part: KeptPart | undefined, bytes: Buffer): part is KeptPart {
  if (part?.size !== bytes.length) return false;
  if (part.ChecksumCRC32 === undefined) return part.ETag === `"${createHash("md5").update(bytes).digest("hex")}"`;
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return part.ChecksumCRC32 === sum.toString("base64");
}
