import { byToken } from "../mark.ts";
import type { OwnedKind } from "../owned.ts";
import { deleteSnapshot } from "./image.ts";
import { unlessGone } from "./network.ts";

/** An import under way, or the image it has made. */
export const importTaskKind: OwnedKind = {
  kind: "ec2-import-task",
  title: "import task",
  isNamed: true,
  isWhole: true,
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
