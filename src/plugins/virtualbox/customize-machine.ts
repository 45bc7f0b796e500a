import type { SaveMachine } from "../../sdk/checkpoint.ts";
import type { BuilderRun } from "../../sdk/component.ts";
import { boot, provisionAndStop, type Guest, type ReadyGuest } from "./boot-and-provision.ts";
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
  await equipMachine(run, config, target);
  await completeMachine(run, config, { ...target, ready: await boot(run, config, target) });
}

/** What a machine is given before it is switched on. */
export async function equipMachine(run: BuilderRun, config: CommonConfig, target: Customization): Promise<void> {
  const { driver, discs, info } = target;
  const { floppy, values } = target.inputs;
  const vm = target.machine.uuid;
  await attachDiscs(run, { driver, vm, discs });
  await attachFloppy(run, { driver, vm, path: floppy, controllers: info?.controllers ?? [] });
  await runUserCommands(run, driver, { name: "vboxmanage", commands: config.vboxmanage, values });
}

export interface Completion extends Customization {
  readonly ready: ReadyGuest;
  /** Where the machine can be saved. */
  readonly save?: SaveMachine | undefined;
}

/** From the first login to a machine that is off, and has nothing of the build in it. */
export async function completeMachine(run: BuilderRun, config: CommonConfig, target: Completion): Promise<void> {
  const { driver, removedDiscs, ready } = target;
  const { floppy, values } = target.inputs;
  const vm = target.machine.uuid;
  await provisionAndStop(config, { ...target, ...ready });
  await removeDevices(run, { driver, vm, discs: removedDiscs, hasFloppy: floppy !== undefined });
  await runUserCommands(run, driver, { name: "vboxmanage_post", commands: config.vboxmanage_post, values });
  await resetSettings(run, config, { driver, vm });
}
