import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Cloud } from "../../sdk/amazon/cloud.ts";
import { s3ObjectKind } from "../../sdk/amazon/kinds/import.ts";
import { newToken } from "../../sdk/amazon/mark.ts";
import { ownResource, type OwnedResource } from "../../sdk/amazon/owned.ts";
import { startTime } from "../../lib/start-time.ts";
import type { Run } from "../../sdk/run.ts";
import type { ImportConfig } from "./schema.ts";

export interface UploadedObject {
  readonly bucket: string;
  readonly key: string;
  readonly owned: OwnedResource;
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
    const owned = await ownResource(run, step, cloud, s3ObjectKind, { token, name: key, more: { bucket }, kept });
    const [{ Upload }, { Client }] = await Promise.all([
      import("@aws-sdk/lib-storage"),
      import("../../sdk/amazon/s3-commands.ts"),
    ]);
    const { size } = await stat(path);
    run.say(`Uploading ${path} to s3://${bucket}/${key}`);
    const client = new Client({ ...(await cloud.clientSettings()), maxAttempts: 5 });
    const upload = new Upload({
      client,
      params: {
        Bucket: bucket,
        Key: key,
        Body: createReadStream(path),
        Metadata: { "imgbuild-run": run.runId },
        ...(config.s3_encryption === undefined ? {} : { ServerSideEncryption: config.s3_encryption }),
        ...(config.s3_encryption_key === undefined ? {} : { SSEKMSKeyId: config.s3_encryption_key }),
      },
    });
    upload.on("httpUploadProgress", ({ loaded = 0 }) => run.progress("Uploading", loaded, size));
    const onAbort = (): void => void upload.abort().catch(() => {});
    step.signal.addEventListener("abort", onAbort, { once: true });
    try {
      await upload.done();
    } finally {
      step.signal.removeEventListener("abort", onAbort);
      client.destroy();
    }
    await owned.made(key);
    return { bucket, key, owned };
  });
}
