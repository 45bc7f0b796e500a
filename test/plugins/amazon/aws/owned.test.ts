import { describe, expect, it } from "vitest";
import type { Cloud } from "../../../../src/plugins/amazon/aws/cloud.ts";
import { imageKind } from "../../../../src/plugins/amazon/aws/kinds/image.ts";
import { RUN_TAG } from "../../../../src/plugins/amazon/aws/mark.ts";
import { ownResource, reapOwned, type OwnedDetails, type OwnedKind } from "../../../../src/plugins/amazon/aws/owned.ts";
import { createRecordingRun } from "../../../helper/recording-run.ts";

const details: OwnedDetails = { region: "r", access: {}, token: "t", at: 0 };
const signal = new AbortController().signal;

function kindWith(tags: Record<string, string>, removed: string[]): OwnedKind {
  return {
    kind: "ec2-thing",
    title: "thing",
    find: () => Promise.resolve([{ id: "x", tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }]),
    remove: (_, { id }) => Promise.resolve(void removed.push(id)),
    manualCommand: (id) => `remove ${id}`,
  };
}

describe("reapOwned", () => {
  it.each([
    ["its run's tag", { [RUN_TAG]: "run-1" }, "removed", ["x"]],
    ["another run's tag (AWS-15)", { [RUN_TAG]: "run-2" }, "not-ours", []],
    ["no tag of ours (AWS-15)", { Name: "precious" }, "not-ours", []],
  ])("with %s", async (_, tags, outcome, gone) => {
    const removed: string[] = [];
    const result = await reapOwned(kindWith(tags, removed), {} as Cloud, details, {
      runId: "run-1",
      signal,
      dryRun: false,
    });
    expect({ kind: result.kind, removed }).toEqual({ kind: outcome, removed: gone });
  });

  it("only looks when dry", async () => {
    const removed: string[] = [];
    const kind = kindWith({ [RUN_TAG]: "run-1" }, removed);
    expect(await reapOwned(kind, {} as Cloud, details, { runId: "run-1", signal, dryRun: true })).toEqual({
      kind: "removed",
    });
    expect(removed).toEqual([]);
  });
});

describe("ownResource", () => {
  it("writes no secret to the journal", async () => {
    const run = await createRecordingRun();
    const access = { access_key: "AKIA", secret_key: "hush", token: "hush", region: "r", profile: "p" };
    const cloud = { region: "r", access } as unknown as Cloud;
    await run.step("make", (step) => ownResource({ run, step, cloud }, kindWith({}, []), { token: "t" }));
    const [entry] = run.journal;
    expect(entry!.resource.details).toMatchObject({ region: "r", token: "t", access: { profile: "p" } });
    expect(JSON.stringify(entry)).not.toMatch(/hush|AKIA/);
  });
});

describe("the snapshots of an image", () => {
  it("are those made for it, never one that its mappings only refer to (AWS-15)", async () => {
    const deleted: string[] = [];
    const answers: Record<string, (input: { Filters?: { Name: string }[]; SnapshotId?: string }) => object> = {
      DescribeImages: () => ({
        Images: [
          { BlockDeviceMappings: [{ Ebs: { SnapshotId: "snap-ours" } }, { Ebs: { SnapshotId: "snap-theirs" } }] },
        ],
      }),
      DescribeSnapshots: ({ Filters }) =>
        Filters![0]!.Name === "snapshot-id"
          ? {
              Snapshots: [
                { SnapshotId: "snap-ours", Description: "Created by CreateImage(i-1) for ami-1" },
                { SnapshotId: "snap-theirs", Description: "The user's data" },
              ],
            }
          : { Snapshots: [] },
      CreateTags: () => ({}),
      DeregisterImage: () => ({}),
      DeleteSnapshot: ({ SnapshotId }) => (deleted.push(SnapshotId!), {}),
    };
    const ec2 = () => ({ call: (name: string, input: never) => Promise.resolve(answers[name]!(input)) });
    const cloud = { region: "r", ec2 } as unknown as Cloud;
    await imageKind.remove(cloud, { id: "ami-1", tags: [] }, { details, runId: "run-1", signal });
    expect(deleted).toEqual(["snap-ours"]);
  });
});
