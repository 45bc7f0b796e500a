import { DeleteObjectCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";

export const Client = S3Client;

/** The operations imgbuild uses. */
export const commands = {
  DeleteObject: DeleteObjectCommand,
  HeadObject: HeadObjectCommand,
} as const;
