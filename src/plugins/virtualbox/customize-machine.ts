import type { BuilderRun } from "../../sdk/component.ts";
import { bootAndProvision, type Guest } from "./boot-and-provision.ts";
import { attachDiscs, attachFloppy, removeDevices, type PlacedDisc } from "./discs.ts";
import type { VmInfo } from "./driver/vm-info.ts";
import { resetSettings } from "./finish.ts";
import type { CommonConfig } from "./options/common-config.ts";
import { runUserCommands } from "./user-commands.ts";

export interface Customization extends Guest {
  readonly discs: readonly PlacedDisc[];
  /** Those of the discs that do not stay in the machine. */
  readonly removedDiscs: readonly PlacedDisc[];
  /** Absent for a machine that this build created. */
  readonly info: VmInfo | undefined;
}

/** What is done to a machine, wherever it came from: its discs go in, it is booted and provisioned, they come out again. */
export async function customizeMachine(run: BuilderRun, config: CommonConfig, target: Customization): Promise<void> {
  const { driver, discs, removedDiscs, info } = target;
  const { floppy, values } = target.inputs;
  const vm = target.machine.uuid;
  await attachDiscs(run, { driver, vm, discs });
  await attachFloppy(run, { driver, vm, path: floppy, controllers: info?.controllers ?? [] });
  await runUserCommands(run, driver, { name: "vboxmanage", commands: config.vboxmanage, values });
  await bootAndProvision(run, config, target);
  await removeDevices(run, { driver, vm, discs: removedDiscs, hasFloppy: floppy !== undefined });
  await runUserCommands(run, driver, { name: "vboxmanage_post", commands: config.vboxmanage_post, values });
  await resetSettings(run, config, { driver, vm });
}
