import { realpath } from "node:fs/promises";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import type { StorageSlot } from "./driver/storage-slot.ts";
import type { StorageController, VmInfo } from "./driver/vm-info.ts";
import type { MachineInputs } from "./machine-inputs.ts";
import type { CommonConfig } from "./options/common-config.ts";
import type { DiscInterface } from "./storage-plan.ts";
import type { Target } from "./target.ts";

/** An optical disc in its slot. */
export interface PlacedDisc extends StorageSlot {
  readonly path: string;
}

export interface DiscChange extends Target {
  readonly discs: readonly PlacedDisc[];
}

export async function attachDiscs(run: Run, { driver, vm, discs }: DiscChange): Promise<void> {
  if (discs.length === 0) return;
  await run.step("attach discs", async ({ signal, onCleanup }) => {
    for (const { path, ...slot } of discs) {
      onCleanup(`take out ${path}`, async (outcome, undoSignal) => {
        // A build that succeeded has taken out what is not to stay.
        if (outcome === "succeeded") return;
        await driver.detachDvd({ vm, ...slot, signal: undoSignal, lockTimeoutMs: 0 }).catch(() => {});
      });
      await driver.attachDvd({ vm, ...slot, path: await realpath(path), signal });
    }
  });
}

/** Name of the controller of the build's floppy drive. */
export const FLOPPY_CONTROLLER = "imgbuild Floppy";

export interface FloppyChange extends Target {
  readonly path: string | undefined;
  /** The machine's own controllers. */
  readonly controllers: readonly StorageController[];
}

/** Puts a floppy disk into a drive of its own. It replaces the machine's own drive: VirtualBox has room for one. */
export async function attachFloppy(run: Run, { driver, vm, path, controllers }: FloppyChange): Promise<void> {
  if (path === undefined) return;
  await run.step("attach floppy disk", async ({ signal, onCleanup }) => {
    const controller = FLOPPY_CONTROLLER;
    for (const { name } of controllers.filter(({ bus }) => bus === "floppy")) {
      await driver.removeController({ vm, controller: name, signal });
    }
    onCleanup("take out the floppy disk", async (outcome, undoSignal) => {
      if (outcome === "succeeded") return;
      await driver.removeController({ vm, controller, signal: undoSignal, lockTimeoutMs: 0 }).catch(() => {});
    });
    await driver.addController({ vm, name: controller, bus: "floppy", signal });
    await driver.attachFloppy({ vm, controller, port: 0, device: 0, path, signal });
  });
}

export interface BuildDevices extends DiscChange {
  readonly hasFloppy: boolean;
}

/** Takes out what only the build needed. A boot disc that stays (`bundle_iso`) is not among `discs`. */
export async function removeDevices(run: Run, { driver, vm, discs, hasFloppy }: BuildDevices): Promise<void> {
  if (discs.length === 0 && !hasFloppy) return;
  await run.step("remove devices of the build", async ({ signal }) => {
    if (hasFloppy) await driver.removeController({ vm, controller: FLOPPY_CONTROLLER, signal });
    for (const { controller, port, device } of discs) {
      await driver.detachDvd({ vm, controller, port, device, signal });
    }
  });
}

/** Puts discs into free slots of a machine that the build did not create, on its controller of the wanted kind. */
export function findSlots(
  info: VmInfo,
  config: CommonConfig,
  inputs: Pick<MachineInputs, "additions" | "cd">,
): readonly PlacedDisc[] {
  const additions = config.guest_additions_mode === "attach" ? inputs.additions : undefined;
  const paths = [additions, inputs.cd].filter((path) => path !== undefined);
  if (paths.length === 0) return [];
  const kind = config.guest_additions_interface ?? "ide";
  const { name: controller } = findController(info, kind);
  const free = slotsOf(controller, kind).filter((slot) => !isUsed(info, slot));
  if (free.length < paths.length) {
    throw new BuildError(`The ${kind.toUpperCase()} controller of the machine has no place left for a disc`);
  }
  return paths.map((path, index) => ({ ...free[index]!, path }));
}

function findController({ controllers }: VmInfo, kind: DiscInterface): StorageController {
  const found = controllers.find(({ bus }) => bus === kind);
  if (found !== undefined) return found;
  const known = controllers.map(({ name, type }) => `"${name}" (${type})`).join(", ") || "none at all";
  throw new BuildError(`The machine has no ${kind.toUpperCase()} controller for its discs`, {
    hint: `It has ${known}. Choose with guest_additions_interface.`,
  });
}

const MOST_PORTS = 16;

function slotsOf(controller: string, kind: DiscInterface): readonly StorageSlot[] {
  const devices = kind === "ide" ? [0, 1] : [0];
  const ports = kind === "ide" ? [0, 1] : Array.from({ length: MOST_PORTS }, (_, port) => port);
  return ports.flatMap((port) => devices.map((device) => ({ controller, port, device })));
}

function isUsed({ usedSlots }: VmInfo, { controller, port, device }: StorageSlot): boolean {
  return usedSlots.some((used) => used.controller === controller && used.port === port && used.device === device);
}
