import type { Cloud } from "../cloud.ts";
import { codeOf, isDenied, isNotFound } from "../failure.ts";
import { RUN_TAG, runIdOf } from "../mark.ts";
import type { FoundResource, OwnedDetails, OwnedKind } from "../owned.ts";
import { unlessGone } from "./network.ts";

/**
 * A file uploaded for an import: its mark is in the object's metadata. An upload that was not completed has no metadata
 * to show, and what was sent of it costs money: it is known by the id in the journal, or by its key.
 */
export const s3ObjectKind: OwnedKind = {
  kind: "s3-object",
  title: "uploaded file",
  find: async (cloud, details) => {
    const at = placeOf(details);
    const [head, uploads] = await Promise.all([headOf(cloud, at), unfinished(cloud, details)]);
    if (!head) return uploads;
    const runId = head.Metadata?.["imgbuild-run"];
    return [{ id: at.Key, tags: runId ? markOf(runId) : [] }, ...uploads];
  },
  remove: async (cloud, { id }, { details }) => {
    const at = placeOf(details);
    if (!id.startsWith(UPLOAD)) return void (await cloud.s3().call("DeleteObject", at));
    await unlessGone(cloud.s3().call("AbortMultipartUpload", { ...at, UploadId: id.slice(UPLOAD.length) }));
  },
  manualCommand: (id, details) => `aws s3 rm s3://${placeOf(details).Bucket}/${id}`,
};

const UPLOAD = "upload:";

const placeOf = (details: OwnedDetails) => ({ Bucket: String(details["bucket"]), Key: details.name! });
const markOf = (runId: string) => [{ Key: RUN_TAG, Value: runId }];

async function headOf(cloud: Cloud, at: { readonly Bucket: string; readonly Key: string }) {
  try {
    return await cloud.s3().call("HeadObject", at);
  } catch (error) {
    // A question by HEAD is answered without a text.
    if (isNotFound(error) || ["NotFound", "NoSuchKey", "404"].includes(codeOf(error))) return undefined;
    throw error;
  }
}

async function unfinished(cloud: Cloud, details: OwnedDetails): Promise<FoundResource[]> {
  const isKnown = details["uploadId"] !== undefined;
  const ids = await (isKnown ? ifOpen(cloud, details) : uploadsSince(cloud, details));
  return ids.map((id) => ({ id: `${UPLOAD}${id}`, tags: markOf(runIdOf(details.token)) }));
}

async function ifOpen(cloud: Cloud, details: OwnedDetails): Promise<string[]> {
  const UploadId = String(details["uploadId"]);
  if (UploadId === "") return [];
  try {
    await cloud.s3().call("ListParts", { ...placeOf(details), UploadId, MaxParts: 1 });
    return [UploadId];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** The answer with the id never came. Asking for it needs a permission that builds can do without. */
async function uploadsSince(cloud: Cloud, details: OwnedDetails): Promise<string[]> {
  const { Bucket, Key } = placeOf(details);
  try {
    const { Uploads = [] } = await cloud.s3().call("ListMultipartUploads", { Bucket, Prefix: Key });
    const ours = Uploads.filter((one) => one.Key === Key && (one.Initiated?.getTime() ?? 0) > details.at - CLOCKS_MS);
    return ours.map(({ UploadId }) => UploadId!);
  } catch (error) {
    if (isDenied(error) || isNotFound(error)) return [];
    throw error;
  }
}

/** How far this host's clock may be ahead of Amazon's. */
const CLOCKS_MS = 60_000;
