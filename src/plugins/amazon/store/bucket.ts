import { BuildError } from "../../../sdk/error.ts";
import type { S3 } from "../aws/api.ts";
import { AmazonError } from "../aws/failure.ts";

/** A bucket, or a part of one, and how messages call it. */
export interface Bucket {
  readonly s3: S3;
  readonly bucket: string;
  readonly name: string;
}

/** Amazon's words, and which store they are about. */
export const explain =
  (name: string) =>
  (error: unknown): never => {
    if (!(error instanceof AmazonError)) throw error;
    throw new BuildError(`The store ${name} cannot be used: ${error.message}`, { hint: error.hint });
  };
