import { randomUUID } from "node:crypto";

import { basename, dirname, join, resolve } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import type { Run } from "../../sdk/run.ts";
import { addStorage } from "./add-storage.ts";
import type { Driver, Machine } from "./driver/driver.ts";
import { hardwareSettings, nvramChanges } from "./hardware.ts";
import type { IsoBuilderConfig } from "./options/iso.ts";
import { markOf, ownDisk, ownMachine, type OwnedDisk, type OwnedMachine } from "./owned-machine.ts";
import { connectionSettings, type MachinePorts } from "./ports.ts";
import type { Target } from "./target.ts";

export interface NewMachine {
  readonly machine: Machine;
  readonly owned: OwnedMachine;
  /** Call when the disks were removed with the machine, or stay with it: they need no cleanup of their own. */
  releaseDisks(): Promise<void>;
}

/** Paths of the machine's disks: numbered where there are several. */
export function diskPaths(config: IsoBuilderConfig, directory: string, name: string): readonly string[] {
  const count = 1 + config.disk_additional_size.length;
  if (count === 1) return [join(directory, `${name}.vdi`)];
  return Array.from({ length: count }, (_, index) => join(directory, `${name}-${index}.vdi`));
}

export interface MachinePlan {
  readonly driver: Driver;
  readonly name: string;
  /** Paths of the disks to be made. */
  readonly disks: readonly string[];
  readonly ports: MachinePorts;
  /** What the machine had when it was saved: it gets that again, and no disks are made. */
  readonly saved?: SavedHardware | undefined;
}

export interface SavedHardware {
  /** Paths of the images each disk is made of, the lowest first. They are not written. */
  readonly images: readonly (readonly string[])[];
  readonly macAddresses: Readonly<Record<string, string>>;
}

/** Creates the disks first: removing the machine removes its disks, and those that are left are removed after it. */
export async function createMachine(run: Run, config: IsoBuilderConfig, plan: MachinePlan): Promise<NewMachine> {
  const { driver, saved } = plan;
  const disks = saved ? [] : await createDisks(run, config, plan);
  return run.step("create machine", async (step) => {
    run.say(`Creating the machine "${plan.name}"...`);
    const machine: Machine = { name: plan.name, uuid: randomUUID() };
    const owned = await ownMachine(driver, step, machine);
    const { signal } = step;
    const architecture = config.chipset.startsWith("armv8") ? "arm" : "x86";
    await driver.createVm({ ...machine, osType: config.guest_os_type, architecture, signal });
    const vm = machine.uuid;
    const connection = connectionSettings(config, plan.ports, []);
    const { macAddresses } = saved ?? {};
    const settings = { ...hardwareSettings(config), ...connection, macAddresses, description: markOf(run) };
    await driver.modifyVm({ vm, settings, signal });
    await setUpFirmware(run, config, { driver, vm, signal });
    await addStorage(config, { driver, vm, disks: saved?.images ?? plan.disks.map((path) => [path]), signal });
    // From here on VirtualBox writes to images of its own.
    if (saved) await driver.takeSnapshot({ vm, name: "restored", signal });
    return { machine, owned, releaseDisks: async () => void (await Promise.all(disks.map((disk) => disk.keep()))) };
  });
}

async function createDisks(
  run: Run,
  config: IsoBuilderConfig,
  { driver, disks: paths }: MachinePlan,
): Promise<readonly OwnedDisk[]> {
  return run.step("create disks", async (step) => {
    await ensureDirectory(dirname(paths[0]!), 0o700);
    const sizes = [config.disk_size, ...config.disk_additional_size];
    const disks: OwnedDisk[] = [];
    for (const [index, path] of paths.entries()) {
      const sizeMib = sizes[index]!;
      disks.push(await ownDisk(driver, step, path));
      run.say(`Creating the disk ${basename(path)} (${sizeMib} MiB)...`);
      await driver.createDisk({ path, sizeMib, signal: step.signal });
    }
    return disks;
  });
}

async function setUpFirmware(
  run: Run,
  config: IsoBuilderConfig,
  { driver, vm, signal }: Target & { readonly signal: AbortSignal },
): Promise<void> {
  const { gfx_efi_resolution: resolution, secure_boot: isSecure } = config;
  if (resolution !== undefined) await driver.setEfiResolution({ vm, resolution, signal });
  const ownerKeys = config.machine_owner_keys.map((key) => resolve(run.directories.work, key));
  await driver.modifyNvram({ vm, changes: nvramChanges(isSecure, ownerKeys), signal });
}
