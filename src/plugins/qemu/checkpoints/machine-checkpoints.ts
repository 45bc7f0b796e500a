import { copyFile, chmod } from "node:fs/promises";
import type { SavedMachine } from "../../../sdk/checkpoint.ts";
import type { BuilderRun } from "../../../sdk/component.ts";
import type { QemuConfig } from "../options/qemu.ts";
import { machineInputs, type MachineFacts } from "./machine-inputs.ts";
import type { QemuFacts } from "./save-machine.ts";

/** Where the machine of this build may go on, and where its files are put together. */
export interface MachineCheckpoints {
  readonly directory: string;
  readonly saved: SavedMachine | undefined;
}

/** `undefined` where checkpoints are off, or such a machine cannot have any. */
export async function openCheckpoints(
  run: BuilderRun,
  config: QemuConfig,
  facts: () => Promise<MachineFacts>,
): Promise<MachineCheckpoints | undefined> {
  const { checkpoints } = run;
  if (!checkpoints) return undefined;
  const obstacle = obstacleOf(run, config);
  if (obstacle !== undefined) {
    checkpoints.giveUp(obstacle);
    return undefined;
  }
  return run.step("look for a checkpoint", async () => {
    const directory = await checkpoints.workplace();
    const saved = await checkpoints.find(await machineInputs(run, config, await facts()));
    return { directory, saved };
  });
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

export const factsOf = ({ facts }: SavedMachine): QemuFacts => facts as QemuFacts;

/** A file of a checkpoint that the machine writes to, at its place. */
export async function bringBack(file: string | undefined, to: string | undefined): Promise<void> {
  if (file === undefined || to === undefined) return;
  await copyFile(file, to);
  await chmod(to, 0o600);
}
