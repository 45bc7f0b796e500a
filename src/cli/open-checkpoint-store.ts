import { storeLimit } from "../core/checkpoints/keep-within-limit.ts";
import { checkpointDirectory } from "../core/checkpoints/store-directory.ts";
import type { CheckpointStore } from "../core/checkpoints/store.ts";
import { BuildError } from "../sdk/error.ts";
import type { Emit } from "../sdk/event.ts";
import type { Host } from "../sdk/host.ts";
import type { BuildPlan } from "../template/model.ts";

export interface CheckpointFlags {
  /** `-checkpoints`. */
  readonly checkpoints: boolean;
  readonly force: boolean;
  /** Of the store that machines share, where checkpoints go there too. */
  readonly secret?: (() => Promise<Buffer>) | undefined;
}

/**
 * The store, where checkpoints are asked for by the flag or by `IMGBUILD_CHECKPOINTS`. Rejects together with
 * `SOURCE_DATE_EPOCH`: an image that is to be the same byte for byte must not go on from the state of an earlier run.
 */
export async function openCheckpointStore(host: Host, flags: CheckpointFlags): Promise<CheckpointStore | undefined> {
  if (!flags.checkpoints && !isOn(host.env["IMGBUILD_CHECKPOINTS"])) return undefined;
  if (host.env["SOURCE_DATE_EPOCH"] && !flags.force) {
    throw new BuildError("SOURCE_DATE_EPOCH asks for a reproducible image, and checkpoints go on from an earlier run", {
      hint: "Build without checkpoints, or add -force.",
    });
  }
  // A limit that is none is said before the build, not after it.
  storeLimit(host);
  // Most builds have none.
  const { CheckpointStore } = await import("../core/checkpoints/store.ts");
  return CheckpointStore.open(checkpointDirectory(host), await flags.secret?.());
}

/** Which builds have none, once: they are built as usual. */
export function sayWhoCannot(emit: Emit, builds: readonly BuildPlan[]): void {
  const unable = builds.filter(({ builder }) => builder.component.savesMachines !== true);
  if (unable.length === 0) return;
  const types = [...new Set(unable.map(({ builder }) => builder.type))].join(", ");
  const names = unable.map(({ identity }) => identity.name).join(", ");
  emit({ kind: "say", text: `No checkpoints of ${names}: machines of ${types} cannot be saved. Built as usual.` });
}

const isOn = (value: string | undefined): boolean => value !== undefined && !["", "0", "false"].includes(value);
