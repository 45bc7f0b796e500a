import { didYouMean } from "../../lib/did-you-mean.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Snapshot } from "./driver/driver.ts";

/** The one snapshot that `wanted` means: its name, its path of names, or its UUID. */
export function findSnapshot(snapshots: readonly Snapshot[], wanted: string): Snapshot {
  const found = snapshots.filter(({ name, path, uuid }) => [name, path, uuid].includes(wanted));
  const exact = found.find(({ path }) => path === wanted);
  if (found.length === 1) return found[0]!;
  if (exact !== undefined) return exact;
  if (found.length > 1) {
    throw new BuildError(`The machine has ${found.length} snapshots named "${wanted}"`, {
      hint: `Write the whole path: ${quoted(found).join(" or ")}.`,
    });
  }
  const paths = snapshots.map(({ path }) => path);
  const known = paths.length === 0 ? "It has none." : `It has ${quoted(snapshots).join(", ")}.`;
  throw new BuildError(`The machine has no snapshot "${wanted}".${didYouMean(wanted, paths)}`, { hint: known });
}

function quoted(snapshots: readonly Snapshot[]): readonly string[] {
  return snapshots.map(({ path }) => `"${path}"`);
}
