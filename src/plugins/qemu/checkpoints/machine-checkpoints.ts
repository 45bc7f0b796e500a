import type { Checkpoints, MachineState } from "../../../sdk/checkpoint.ts";
import type { BuilderRun } from "../../../sdk/component.ts";
import type { QemuConfig } from "../options/qemu.ts";
import type { QemuFacts } from "./save-machine.ts";

/** What checkpoints this build can have: `undefined` where they are off, or such a machine cannot have any. */
export function checkpointsOf(run: BuilderRun, config: QemuConfig): Checkpoints | undefined {
  const { checkpoints } = run;
  const obstacle = checkpoints && obstacleOf(run, config);
  if (obstacle === undefined) return checkpoints;
  checkpoints?.giveUp(obstacle);
  return undefined;
}

/** Switches by which a user gives the machine drives that imgbuild does not know. */
const DRIVES = new Set([
  "-drive",
  "-blockdev",
  "-hda",
  "-hdb",
  "-hdc",
  "-hdd",
  "-fda",
  "-fdb",
  "-incoming",
  "-snapshot",
]);

function obstacleOf(run: BuilderRun, config: QemuConfig): string | undefined {
  if (run.host.platform === "win32") return "QEMU for Windows cannot write its memory to a file";
  if (config.communicator === "none") return "without a communicator there is nothing to go on with";
  const rows = [...config.qemuargs, ...config.qemuargs_append];
  const drive = rows.map(([name]) => name?.text ?? "").find((name) => DRIVES.has(name));
  return drive && `qemuargs gives the machine a ${drive} of its own`;
}

export const factsOf = ({ facts }: MachineState): QemuFacts => facts as QemuFacts;
