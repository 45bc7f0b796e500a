import { randomUUID } from "node:crypto";
import { basename, extname, join, resolve } from "node:path";
import type { Run } from "../../sdk/run.ts";
import type { IsoBuilderConfig } from "./options/iso.ts";
import { connectionArguments, type MachinePorts } from "./ports.ts";
import type { PlacedDisc } from "./discs.ts";
import type { Driver } from "./driver/driver.ts";
import { furtherHardwareCalls, hardwareArguments } from "./hardware.ts";
import { markOf, ownDisk, ownMachine, type Machine, type OwnedMachine } from "./owned-machine.ts";
import { controllers, discPlan, diskSlots, type ControllerKind, type DiscRole, type Slot } from "./storage-plan.ts";

export interface NewMachine {
  readonly machine: Machine;
  readonly owned: OwnedMachine;
  /** The disks need no care of their own any more: they went with the machine, or stay with it. */
  releaseDisks(): Promise<void>;
}

/** Paths of the machine's disks: numbered where there are several. */
export function diskPaths(config: IsoBuilderConfig, directory: string, name: string): readonly string[] {
  const count = 1 + config.disk_additional_size.length;
  return Array.from({ length: count }, (_, index) => join(directory, `${name}${count > 1 ? `-${index}` : ""}.vdi`));
}

/** Disks first: when the machine goes, its disks go with it, and what is left of them after that. */
export async function createMachine(
  run: Run,
  driver: Driver,
  config: IsoBuilderConfig,
  plan: { readonly name: string; readonly disks: readonly string[]; readonly ports: MachinePorts },
): Promise<NewMachine> {
  const disks = await createDisks(run, driver, config, plan.disks);
  return run.step("create machine", async (step) => {
    run.say(`Creating the machine "${plan.name}"...`);
    const machine: Machine = { name: plan.name, uuid: randomUUID() };
    const owned = await ownMachine(driver, step, machine);
    const call = (...args: readonly string[]) => driver.call(args, { signal: step.signal });
    const platform = config.chipset.startsWith("armv8") ? ["--platform-architecture", "arm"] : [];
    const identity = ["--name", machine.name, "--uuid", machine.uuid, "--ostype", config.guest_os_type];
    await call("createvm", ...identity, ...platform, "--register");
    await call(
      "modifyvm",
      machine.uuid,
      ...hardwareArguments(config, driver.version),
      ...connectionArguments(config, plan.ports, { version: driver.version, hasRule: false }),
      ...["--description", markOf(run)],
    );
    const keys = config.machine_owner_keys.map((key) => resolve(run.directories.work, key));
    for (const args of furtherHardwareCalls(config, machine.uuid, keys)) await call(...args);
    const taken = discPlan(config).map(({ slot }) => slot);
    const slots = diskSlots(config.hard_drive_interface, taken);
    for (const kind of controllerKinds(config)) {
      const { name, add } = controllers[kind];
      const counts = { sata: config.sata_port_count, nvme: config.nvme_port_count };
      await call("storagectl", machine.uuid, "--name", name, ...add(counts));
    }
    for (const [index, path] of plan.disks.entries())
      await call(...attachDisk(config, machine.uuid, slots[index]!, path));
    return { machine, owned, releaseDisks: async () => void (await Promise.all(disks.map((disk) => disk.keep()))) };
  });
}

async function createDisks(run: Run, driver: Driver, config: IsoBuilderConfig, paths: readonly string[]) {
  return run.step("create disks", async (step) => {
    const sizes = [config.disk_size, ...config.disk_additional_size];
    const disks = [];
    for (const [index, path] of paths.entries()) {
      disks.push(await ownDisk(driver, step, path));
      const kind = ["--format", extname(path).slice(1).toUpperCase(), "--variant", "Standard"];
      run.say(`Creating the disk ${basename(path)} (${sizes[index]} MiB)...`);
      await driver.call(["createmedium", "disk", "--filename", path, "--size", String(sizes[index]), ...kind], step);
    }
    return disks;
  });
}

function attachDisk(config: IsoBuilderConfig, vm: string, { kind, port, device }: Slot, path: string): string[] {
  const place = ["--storagectl", controllers[kind].name, "--port", String(port), "--device", String(device)];
  const hints = [
    ...["--nonrotational", config.hard_drive_nonrotational ? "on" : "off"],
    ...["--discard", config.hard_drive_discard ? "on" : "off"],
  ];
  return ["storageattach", vm, ...place, "--type", "hdd", "--medium", path, ...hints];
}

/** Controllers of the disks and of the discs. IDE is there in any case, as in Packer: rows of the user may name it. */
function controllerKinds(config: IsoBuilderConfig): readonly ControllerKind[] {
  const arm = config.chipset.startsWith("armv8");
  const wanted: readonly ControllerKind[] = [
    ...(arm ? [] : ["ide" as const]),
    config.hard_drive_interface,
    ...discPlan(config).map(({ slot }) => slot.kind),
  ];
  return [...new Set(wanted)];
}

/** The discs of the plan whose files are there. */
export function placeDiscs(
  config: IsoBuilderConfig,
  paths: Readonly<Record<DiscRole, string | undefined>>,
): readonly (PlacedDisc & { readonly role: DiscRole })[] {
  return discPlan(config).flatMap(({ role, slot: { kind, port, device } }) => {
    const path = paths[role];
    return path === undefined ? [] : [{ role, controller: controllers[kind].name, port, device, path }];
  });
}
