import type { Snapshot, Snapshots, VmRequest } from "./driver.ts";
import { VBoxManageError } from "./failure.ts";
import { parseMachineReadable } from "./output.ts";
import { withoutOutput, type VBoxManage } from "./vboxmanage.ts";

export function snapshotVerbs(call: VBoxManage): Snapshots {
  const run = withoutOutput(call);
  return {
    listSnapshots: (request) => listSnapshots(call, request),
    takeSnapshot: ({ vm, name, goesOn, ...options }) =>
      run(["snapshot", vm, "take", name, ...(goesOn === true ? ["--live"] : [])], options),
    restoreSnapshot: ({ vm, snapshot, ...options }) => run(["snapshot", vm, "restore", snapshot], options),
    deleteSnapshot: ({ vm, snapshot, ...options }) => run(["snapshot", vm, "delete", snapshot], options),
    cloneSnapshot: ({ vm, snapshot, clone, ...options }) => {
      const source = ["--snapshot", snapshot, "--mode", "machine"];
      const identity = ["--name", clone.name, "--uuid", clone.uuid];
      return run(["clonevm", vm, ...source, ...identity, "--register"], options);
    },
  };
}

async function listSnapshots(call: VBoxManage, { vm, ...options }: VmRequest): Promise<readonly Snapshot[]> {
  try {
    return parseSnapshots(await call(["snapshot", vm, "list", "--machinereadable"], options));
  } catch (error) {
    const hasNone = error instanceof VBoxManageError && error.message.includes("does not have any snapshots");
    if (hasNone) return [];
    throw error;
  }
}

/** `SnapshotName-1-2="x"` is the second child of the first child of the root. */
function parseSnapshots(output: string): readonly Snapshot[] {
  const values = parseMachineReadable(output);
  const current = values.get("CurrentSnapshotUUID");
  return [...values].flatMap(([key, name]) => {
    const position = /^SnapshotName((?:-\d+)*)$/.exec(key)?.[1];
    if (position === undefined) return [];
    const uuid = values.get(`SnapshotUUID${position}`) ?? "";
    return [{ uuid, name, path: pathOf(values, position), isCurrent: uuid === current }];
  });
}

function pathOf(values: ReadonlyMap<string, string>, position: string): string {
  const steps = position.split("-");
  const positions = steps.map((_, depth) => steps.slice(0, depth + 1).join("-"));
  return positions.map((ancestor) => values.get(`SnapshotName${ancestor}`) ?? "").join("/");
}
