import type { ImportImageTask } from "@aws-sdk/client-ec2";
import { poll } from "../../../lib/retry.ts";
import type { Cloud } from "../aws/cloud.ts";
import { importTaskKind } from "../aws/kinds/import.ts";
import { markTags, newToken, tagSpecifications } from "../aws/mark.ts";
import { ownResource, type OwnedResource } from "../aws/owned.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { bootModeOf, type ImportConfig } from "./options.ts";
import type { UploadedObject } from "./upload.ts";

export interface ImportedImage {
  readonly id: string;
  /** The task that made it: as long as it is ours, the image is. */
  readonly owned: OwnedResource;
}

const ASK_EVERY_MS = 5_000;
const LIMIT_MS = 720 * ASK_EVERY_MS;

/** Has EC2 import the uploaded file, and waits for the image. */
export async function importImage(
  run: Run,
  cloud: Cloud,
  { config, object }: { readonly config: ImportConfig; readonly object: UploadedObject },
): Promise<ImportedImage> {
  return run.step("import the image", async (step) => {
    const token = newToken(run);
    // What it made is taken over, and the entry struck, once the image is complete in every respect.
    const owned = await ownResource({ run, step, cloud }, importTaskKind, { token });
    const input = {
      ClientToken: token,
      Description: config.ami_description,
      RoleName: config.role_name,
      LicenseType: config.license_type,
      Architecture: config.architecture,
      Platform: config.platform && PLATFORMS[config.platform],
      BootMode: bootModeOf(config),
      DiskContainers: [{ Format: config.format, UserBucket: { S3Bucket: object.bucket, S3Key: object.key } }],
      TagSpecifications: tagSpecifications(["import-image-task"], markTags(run, token)),
    };
    const options = { pauses: step.signal };
    const { ImportTaskId: id } = await owned.making(() => cloud.ec2().call("ImportImage", input, options));
    await owned.made(id!);
    run.say(`Importing: task ${id}`);
    const task = await waitForTask(run, cloud, { id: id!, signal: step.signal });
    return { id: task.ImageId!, owned };
  });
}

const PLATFORMS = { windows: "Windows", linux: "Linux" } as const;

async function waitForTask(
  run: Run,
  cloud: Cloud,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<ImportImageTask> {
  let said = "";
  const ask = async (): Promise<ImportImageTask | undefined> => {
    const answer = await cloud.ec2().call("DescribeImportImageTasks", { ImportTaskIds: [id] }, { signal, young: true });
    const task = answer.ImportImageTasks?.[0];
    const status = statusOf(task);
    if (status !== said) run.say(`Import: ${status}`);
    said = status;
    if (task?.Status === "completed") return task;
    if (FAILED_STATUSES.has(task?.Status ?? "")) {
      throw new BuildError(`The import ${id} failed: ${task?.StatusMessage ?? task?.Status}.`, {
        hint: "EC2 imports only some systems and needs the role vmimport:\n    https://docs.aws.amazon.com/vm-import/latest/userguide/required-permissions.html",
      });
    }
    return undefined;
  };
  const timeoutMs = cloud.waitLimitMs(LIMIT_MS);
  const task = await poll(ask, { intervalMs: ASK_EVERY_MS, timeoutMs, signal });
  if (task) return task;
  throw new BuildError(`The import ${id} is not complete after ${Math.round(timeoutMs / 60_000)} minutes.`);
}

const FAILED_STATUSES = new Set(["deleted", "deleting", "cancelled"]);

function statusOf(task: ImportImageTask | undefined): string {
  const status = task?.StatusMessage ?? task?.Status ?? "";
  if (task?.Progress === undefined) return status;
  return `${status} (${task.Progress} %)`;
}
