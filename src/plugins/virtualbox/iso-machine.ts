import { createWriteStream } from "node:fs";
import { link, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import type { SavedMachine } from "../../sdk/checkpoint.ts";
import type { BuilderRun } from "../../sdk/component.ts";
import { privatePath } from "../../steps/private-path.ts";
import { bringBack, requireImages, savedKey } from "../../steps/saved-parts.ts";
import { placeDiscs, slotsOfDisks } from "./add-storage.ts";
import { boot, goOn } from "./boot-and-provision.ts";
import { requireVdi } from "./checkpoints/require-vdi.ts";
import { machineSaver, type ImageRoles, type VirtualBoxState } from "./checkpoints/save-machine.ts";
import { createMachine, type NewMachine, type SavedHardware } from "./create-machine.ts";
import { equipMachine, type Completion, type Customization } from "./customize-machine.ts";
import type { VirtualBoxFacts } from "./facts.ts";
import { prepareInputs, type MachineInputs, type SavedInputs } from "./machine-inputs.ts";
import type { IsoBuilderConfig } from "./options/iso.ts";

export interface IsoPlan {
  readonly run: BuilderRun;
  readonly config: IsoBuilderConfig;
  readonly facts: VirtualBoxFacts;
  readonly name: string;
  /** Paths of the disks to be made. */
  readonly disks: readonly string[];
  /** Path of the installation medium. */
  readonly iso: string;
  /** Of the checkpoints; absent where there are none. */
  readonly workplace: string | undefined;
}

/** A machine that can be logged in to. */
export type IsoMachine = Completion & Pick<NewMachine, "owned" | "releaseDisks">;

/** A new machine. */
export async function bootedMachine(plan: IsoPlan): Promise<IsoMachine> {
  const { run, config, facts, name } = plan;
  const inputs = await prepareInputs(run, config, { facts, name });
  const made = await makeMachine(plan, inputs, undefined);
  const ready = await boot(run, config, made);
  return { ...made, ready, save: saverOf(plan, made, []) };
}

/** A machine as it was saved, with this run's ports and servers. */
export async function restoredMachine(plan: IsoPlan, state: SavedMachine): Promise<IsoMachine> {
  const { run, config, facts, name } = plan;
  await state.verify();
  const { files } = state;
  const { chains, macAddresses, key } = state.facts as VirtualBoxState;
  requireImages(state, chains);
  await requireVdi(chains.flat().map((role) => files[role]!));
  const floppy = files["floppy"] && privatePath(run, "floppy.img");
  await bringBack(files["floppy"], floppy);
  const saved: SavedInputs = { floppy, cd: files["cd"], key: await savedKey(run, key) };
  const inputs = await prepareInputs(run, config, { facts, name, saved });
  const images = await layOut(plan, chains);
  const made = await makeMachine(plan, inputs, { images, macAddresses });
  const memory = join(plan.workplace!, "memory.unpacked");
  await run.step("hand over the saved state", async ({ signal }) => {
    await pipeline(state.memory(signal), createWriteStream(memory, { mode: 0o600 }), { signal });
    await facts.driver.adoptState({ vm: made.machine.uuid, file: memory, signal });
  });
  const ready = await goOn(run, config, made);
  await rm(memory, { force: true });
  return { ...made, ready, save: saverOf(plan, made, chains) };
}

type MadeMachine = Customization & Pick<NewMachine, "owned" | "releaseDisks">;

/** A machine with everything in it that is to be there when it is switched on. */
async function makeMachine(
  { run, config, facts: { driver }, name, disks, iso }: IsoPlan,
  inputs: MachineInputs,
  saved: SavedHardware | undefined,
): Promise<MadeMachine> {
  const { additions, cd, ports } = inputs;
  const { machine, owned, releaseDisks } = await createMachine(run, config, { driver, name, disks, ports, saved });
  const discs = placeDiscs(config, { boot: iso, additions, cd });
  const removedDiscs = discs.filter(({ role }) => role !== "boot" || !config.bundle_iso);
  const guest = { driver, machine, inputs, installsItself: true };
  const made = { ...guest, discs, removedDiscs, info: undefined, owned, releaseDisks };
  await equipMachine(run, config, made);
  return made;
}

/** Where the machine has its images: VirtualBox removes them with it, and they stay in the workplace under other names. */
export const imageDirectory = (workplace: string): string => join(workplace, "machine");

async function layOut(
  { workplace = "" }: IsoPlan,
  chains: readonly ImageRoles[],
): Promise<readonly (readonly string[])[]> {
  const directory = imageDirectory(workplace);
  await ensureDirectory(directory, 0o700);
  for (const role of chains.flat()) {
    await rm(join(directory, role), { force: true });
    await link(join(workplace, role), join(directory, role));
  }
  return chains.map((chain) => chain.map((role) => join(directory, role)));
}

function saverOf(
  { config, facts: { driver }, workplace }: IsoPlan,
  { machine, discs, inputs: { key, cd, floppy } }: MadeMachine,
  chains: readonly ImageRoles[],
): Completion["save"] {
  if (workplace === undefined) return undefined;
  const disks = slotsOfDisks(config);
  const below = disks.map((_, disk) => chains[disk] ?? []);
  return machineSaver({ driver, vm: machine.uuid, workplace, disks, chains: below, discs, key, cd, floppy });
}
