import type { Cloud } from "../cloud.ts";
import { codeOf } from "../failure.ts";
import { byToken, RUN_TAG } from "../mark.ts";
import type { OwnedKind } from "../owned.ts";
import { deleteSnapshot } from "./image.ts";
import { unlessGone } from "./network.ts";

/** An import under way, or the image it has made. */
export const importTaskKind: OwnedKind = {
  kind: "ec2-import-task",
  title: "import task",
  find: async (cloud, { region, token }) => {
    const { ImportImageTasks = [] } = await cloud
      .ec2(region)
      .call("DescribeImportImageTasks", { Filters: byToken(token) });
    return ImportImageTasks.filter(({ Status }) => Status !== "deleted" && Status !== "cancelled").map((task) => ({
      id: task.ImportTaskId!,
      tags: task.Tags,
    }));
  },
  remove: async (cloud, { id }, { details, signal }) => {
    const ec2 = cloud.ec2(details.region);
    const { ImportImageTasks = [] } = await ec2.call("DescribeImportImageTasks", { ImportTaskIds: [id] });
    const [task] = ImportImageTasks;
    if (task?.Status !== "completed") return unlessGone(ec2.call("CancelImportTask", { ImportTaskId: id }, { signal }));
    if (task.ImageId) await unlessGone(ec2.call("DeregisterImage", { ImageId: task.ImageId }, { signal }));
    for (const { SnapshotId } of task.SnapshotDetails ?? []) {
      if (SnapshotId) await deleteSnapshot(cloud, details.region, SnapshotId, signal);
    }
  },
  manualCommand: (id) => `aws ec2 cancel-import-task --import-task-id ${id}`,
};

/** A file uploaded for an import. Its mark is in the object's metadata. */
export const s3ObjectKind: OwnedKind = {
  kind: "s3-object",
  title: "uploaded file",
  find: async (cloud, details) => {
    const at = { Bucket: String(details["bucket"]), Key: details.name! };
    const head = await headOf(cloud, at);
    const runId = head?.Metadata?.["imgbuild-run"];
    return head === undefined ? [] : [{ id: at.Key, tags: runId ? [{ Key: RUN_TAG, Value: runId }] : [] }];
  },
  remove: async (cloud, { id }, { details }) => {
    await cloud.s3().call("DeleteObject", { Bucket: String(details["bucket"]), Key: id });
  },
  manualCommand: (id, details) => `aws s3 rm s3://${String(details["bucket"])}/${id}`,
};

async function headOf(cloud: Cloud, at: { readonly Bucket: string; readonly Key: string }) {
  try {
    return await cloud.s3().call("HeadObject", at);
  } catch (error) {
    if (["NotFound", "NoSuchKey", "404"].includes(codeOf(error)) || /NotFound|404/.test(String(error)))
      return undefined;
    throw error;
  }
}
