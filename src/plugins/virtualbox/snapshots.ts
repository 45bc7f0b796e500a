import { BuildError } from "../../sdk/error.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { callFailureText } from "./failure.ts";
import type { Driver } from "./driver.ts";
import { parseMachineReadable } from "./machine-info.ts";

export interface Snapshot {
  readonly uuid: string;
  readonly name: string;
  /** Names from the root: `base/updated`. */
  readonly path: string;
  readonly isCurrent: boolean;
}

/** Every snapshot of a machine. */
export async function listSnapshots(driver: Driver, vm: string, signal: AbortSignal): Promise<readonly Snapshot[]> {
  try {
    return parseSnapshots(await driver.call(["snapshot", vm, "list", "--machinereadable"], { signal }));
  } catch (error) {
    if (callFailureText(error).includes("does not have any snapshots")) return [];
    throw error;
  }
}

/** `SnapshotName-1-2="x"` is the second child of the first child of the root. */
function parseSnapshots(output: string): readonly Snapshot[] {
  const info = parseMachineReadable(output);
  const current = info.get("CurrentSnapshotUUID");
  return [...info].flatMap(([key, name]) => {
    const position = /^SnapshotName((?:-\d+)*)$/.exec(key)?.[1];
    if (position === undefined) return [];
    const uuid = info.get(`SnapshotUUID${position}`) ?? "";
    return [{ uuid, name, path: pathOf(info, position), isCurrent: uuid === current }];
  });
}

function pathOf(info: ReadonlyMap<string, string>, position: string): string {
  const numbers = position.split("-").slice(1);
  const ancestors = Array.from({ length: numbers.length + 1 }, (_, depth) =>
    numbers
      .slice(0, depth)
      .map((number) => `-${number}`)
      .join(""),
  );
  return ancestors.map((ancestor) => info.get(`SnapshotName${ancestor}`) ?? "").join("/");
}

/** The one snapshot that a name, or a path of names, stands for. */
export function findSnapshot(snapshots: readonly Snapshot[], wanted: string): Snapshot {
  const found = snapshots.filter(({ name, path, uuid }) => [name, path, uuid].includes(wanted));
  const exact = found.find(({ path }) => path === wanted);
  if (found.length === 1) return found[0]!;
  if (exact !== undefined) return exact;
  if (found.length > 1) {
    throw new BuildError(`The machine has ${found.length} snapshots named "${wanted}"`, {
      hint: `Write the whole path: ${found.map(({ path }) => `"${path}"`).join(" or ")}.`,
    });
  }
  const paths = snapshots.map(({ path }) => path);
  const known = paths.length === 0 ? "It has none." : `It has ${paths.map((path) => `"${path}"`).join(", ")}.`;
  throw new BuildError(`The machine has no snapshot "${wanted}".${didYouMean(wanted, paths)}`, { hint: known });
}
