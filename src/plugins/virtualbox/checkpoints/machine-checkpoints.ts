import type { Checkpoints } from "../../../sdk/checkpoint.ts";
import type { BuilderRun } from "../../../sdk/component.ts";
import type { IsoBuilderConfig } from "../options/iso.ts";

/** What checkpoints this build can have: `undefined` where they are off, or such a machine cannot have any. */
export function checkpointsOf(run: BuilderRun, config: IsoBuilderConfig): Checkpoints | undefined {
  const { checkpoints } = run;
  const obstacle = checkpoints && obstacleOf(config);
  if (obstacle === undefined) return checkpoints;
  checkpoints?.giveUp(obstacle);
  return undefined;
}

function obstacleOf({ communicator, firmware, tpm, keep_registered: stays }: IsoBuilderConfig): string | undefined {
  if (communicator === "none") return "without a communicator there is nothing to go on with";
  // Its variables are in a file of their own that VirtualBox writes as it likes.
  if (firmware !== "bios") return `a machine of VirtualBox with firmware = "${firmware}" cannot be saved`;
  if (tpm !== "none") return "a machine of VirtualBox with a TPM cannot be saved";
  if (stays) return "keep_registered keeps the machine, and a machine with checkpoints has its disks in their store";
  return undefined;
}
