import type { BuilderRun } from "../../sdk/component.ts";
import { attachDiscs, attachFloppy, type PlacedDisc } from "./discs.ts";
import { clearTraces, removeDevices } from "./finish.ts";
import type { MachineInfo } from "./driver/vm-info.ts";
import type { SessionConfig } from "./options/common-config.ts";
import { runUserRows } from "./user-commands.ts";
import { workWithMachine, type Work } from "./boot-and-provision.ts";

export interface Change extends Work {
  readonly discs: readonly PlacedDisc[];
  /** Those of the discs that do not stay in the machine. */
  readonly removedDiscs: readonly PlacedDisc[];
  /** What is in a machine that somebody else made. */
  readonly info: MachineInfo | undefined;
}

/** What is done to a machine that is there, whatever it came from: its discs go in, it is worked with, they come out again. */
export async function changeMachine(run: BuilderRun, config: SessionConfig, change: Change): Promise<void> {
  const { driver, discs, removedDiscs, info } = change;
  const { floppy, values } = change.surroundings;
  const vm = change.machine.uuid;
  await attachDiscs(run, driver, vm, discs);
  await attachFloppy(run, driver, vm, floppy, info);
  await runUserRows(run, driver, "vboxmanage", config.vboxmanage, values);
  await workWithMachine(run, config, change);
  await removeDevices(run, driver, vm, { discs: removedDiscs, floppy: floppy !== undefined });
  await runUserRows(run, driver, "vboxmanage_post", config.vboxmanage_post, values);
  await clearTraces(run, driver, config, vm);
}
