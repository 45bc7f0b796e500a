import { realpath } from "node:fs/promises";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import type { Driver } from "./driver/driver.ts";
import { attachedAt, controllersOf, type MachineInfo } from "./driver/vm-info.ts";
import { FLOPPY } from "./existing-machine.ts";
import type { SessionConfig } from "./options/common-config.ts";
import type { Surroundings } from "./machine-inputs.ts";

/** An optical disc in its place. */
export interface PlacedDisc {
  readonly controller: string;
  readonly port: number;
  readonly device: number;
  readonly path: string;
}

export async function attachDiscs(run: Run, driver: Driver, vm: string, discs: readonly PlacedDisc[]): Promise<void> {
  if (discs.length === 0) return;
  await run.step("attach discs", async ({ signal, onCleanup }) => {
    for (const { path, ...place } of discs) {
      const args = ["storageattach", vm, ...placeArguments(place), "--type", "dvddrive"];
      onCleanup(`take out ${path}`, async (outcome, undoSignal) => {
        // A build that went well took out what is not to stay.
        if (outcome === "succeeded") return;
        await driver.call([...args, "--medium", "none"], { signal: undoSignal, patienceMs: 0 }).catch(() => {});
      });
      await driver.call([...args, "--medium", await realpath(path)], { signal });
    }
  });
}

export async function detachDiscs(driver: Driver, vm: string, discs: readonly PlacedDisc[], signal: AbortSignal) {
  for (const place of discs) {
    const args = ["storageattach", vm, ...placeArguments(place), "--type", "dvddrive", "--medium", "none"];
    await driver.call(args, { signal });
  }
}

function placeArguments({ controller, port, device }: Omit<PlacedDisc, "path">): string[] {
  return ["--storagectl", controller, "--port", String(port), "--device", String(device)];
}

/** Puts a floppy disk into a drive of its own. A drive the machine came with goes: VirtualBox has room for one. */
export async function attachFloppy(
  run: Run,
  driver: Driver,
  vm: string,
  path: string | undefined,
  info: MachineInfo | undefined,
): Promise<void> {
  if (path === undefined) return;
  await run.step("attach floppy disk", async ({ signal, onCleanup }) => {
    const stock = info === undefined ? [] : controllersOf(info).filter(({ type }) => /I82078/i.test(type));
    for (const { name } of stock) await driver.call(["storagectl", vm, "--name", name, "--remove"], { signal });
    onCleanup("take out the floppy disk", async (outcome, undoSignal) => {
      if (outcome === "succeeded") return;
      await driver
        .call(["storagectl", vm, "--name", FLOPPY, "--remove"], { signal: undoSignal, patienceMs: 0 })
        .catch(() => {});
    });
    await driver.call(["storagectl", vm, "--name", FLOPPY, "--add", "floppy"], { signal });
    const place = ["--storagectl", FLOPPY, "--port", "0", "--device", "0", "--type", "fdd"];
    await driver.call(["storageattach", vm, ...place, "--medium", path], { signal });
  });
}

export async function removeFloppy(driver: Driver, vm: string, signal: AbortSignal): Promise<void> {
  await driver.call(["storagectl", vm, "--name", FLOPPY, "--remove"], { signal });
}

const typesOf = { ide: /^(PIIX3|PIIX4|ICH6)$/, sata: /AHCI/i, virtio: /virtio/i } as const;

/** Free places for the discs of a machine somebody else made, on its controller of the wanted kind. */
export function findPlaces(
  info: MachineInfo,
  { guest_additions_interface: kind = "ide", guest_additions_mode: mode }: SessionConfig,
  { additions, cd }: Pick<Surroundings, "additions" | "cd">,
): PlacedDisc[] {
  const paths = [mode === "attach" ? additions : undefined, cd].filter((path) => path !== undefined);
  if (paths.length === 0) return [];
  const controller = controllersOf(info).find(({ type }) => typesOf[kind].test(type));
  if (controller === undefined) {
    const known = controllersOf(info).map(({ name, type }) => `"${name}" (${type})`);
    throw new BuildError(`The machine has no ${kind.toUpperCase()} controller for its discs`, {
      hint: `It has ${known.length === 0 ? "none at all" : known.join(", ")}. Choose with guest_additions_interface.`,
    });
  }
  const ports = kind === "ide" ? [0, 1] : Array.from({ length: 16 }, (_, index) => index);
  const devices = kind === "ide" ? [0, 1] : [0];
  const free = ports
    .flatMap((port) => devices.map((device) => ({ port, device })))
    .filter(({ port, device }) => attachedAt(info, controller.name, port, device) === undefined);
  if (free.length < paths.length)
    throw new BuildError(`The ${kind.toUpperCase()} controller of the machine has no place left for a disc`);
  return paths.map((path, index) => ({ controller: controller.name, ...free[index]!, path }));
}
