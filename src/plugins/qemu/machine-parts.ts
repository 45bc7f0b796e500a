import { createCd } from "../../steps/cd.ts";
import { createFloppy } from "../../steps/floppy.ts";
import { bringBack, requireImages, savedKey } from "../../steps/saved-parts.ts";
import { sshKey, type SshKey } from "../../steps/ssh-key.ts";
import type { OutputDirectory } from "../../steps/output-directory.ts";
import type { SavedMachine, SaveMachine } from "../../sdk/checkpoint.ts";
import type { BuilderRun } from "../../sdk/component.ts";
import { LayeredDisks } from "./checkpoints/layers.ts";
import { factsOf } from "./checkpoints/machine-checkpoints.ts";
import { requireOwnFiles } from "./checkpoints/require-own-files.ts";
import { machineSaver } from "./checkpoints/save-machine.ts";
import { createDisks, finishDisks, imagePaths } from "./disks.ts";
import type { DiskFile } from "./drive-arguments.ts";
import { prepareEfi } from "./efi.ts";
import type { EfiFirmware } from "./efi-firmware.ts";
import type { LaunchedMachine } from "./launch.ts";
import type { QemuConfig } from "./options/qemu.ts";

/** The files a machine consists of, and the key it lets in. */
export interface MachineParts {
  readonly disks: readonly DiskFile[];
  readonly floppy: string | undefined;
  /** The disc of `cd_files` and `cd_content`. */
  readonly cd: string | undefined;
  readonly efi: EfiFirmware | undefined;
  readonly key: SshKey;
  /** Of a saved machine. */
  readonly memory: SavedMachine["memory"] | undefined;
  /** Where the machine can be saved. */
  readonly layers: LayeredDisks | undefined;
}

export interface PartsPlan {
  readonly run: BuilderRun;
  readonly config: QemuConfig;
  readonly name: string;
  readonly source: string;
  readonly output: OutputDirectory;
}

/** Of a machine that boots. One that can be saved has its disks in `directory`, and writes them out at the end. */
export async function freshParts(plan: PartsPlan, directory: string | undefined): Promise<MachineParts> {
  const { run, config, name, source, output } = plan;
  const floppy = await createFloppy(run, config);
  const cd = await createCd(run, config);
  const place = directory === undefined ? { directory: output.path, name } : { directory, name: "disk" };
  const format = directory === undefined ? config.format : "qcow2";
  const disks = await createDisks(run, { ...config, format }, { ...place, source });
  const efi = await prepareEfi(run, config, output.path);
  const key = await sshKey(run, config);
  const layers = directory === undefined ? undefined : layersOf(plan, directory, diskNames(disks));
  return { disks, floppy, cd, efi, key, memory: undefined, layers };
}

const diskNames = (disks: readonly DiskFile[]): readonly (readonly string[])[] =>
  disks.map((_, index) => [index === 0 ? "disk" : `disk-${index}`]);

function layersOf({ run, config }: PartsPlan, directory: string, chains: readonly (readonly string[])[]): LayeredDisks {
  return new LayeredDisks(run, config, { directory, chains });
}

/** Of a machine that goes on where it was saved, over new images. */
export async function savedParts(plan: PartsPlan, directory: string, saved: SavedMachine): Promise<MachineParts> {
  const { run, config, source, output } = plan;
  const { chains, key } = factsOf(saved);
  const { cd, floppy: savedFloppy, efivars } = saved.files;
  requireImages(saved, chains);
  const layers = layersOf(plan, directory, chains);
  await requireOwnFiles({
    chains,
    path: (name) => layers.path(name),
    backing: config.use_backing_file ? source : undefined,
    media: [cd, savedFloppy].filter((path) => path !== undefined),
  });
  await layers.cover(async () => {}, run.signal);
  const efi = await prepareEfi(run, config, output.path);
  await bringBack(efivars, efi?.vars);
  const floppy = savedFloppy && layers.path("floppy.img");
  await bringBack(savedFloppy, floppy);
  return {
    disks: layers.disks,
    floppy,
    cd,
    efi,
    key: await savedKey(run, key),
    memory: (signal) => saved.memory(signal),
    layers,
  };
}

/** `undefined` where the machine cannot be saved. */
export function saverOf(parts: MachineParts, { qmp, lose }: LaunchedMachine): SaveMachine | undefined {
  const { layers, key, efi, floppy, cd } = parts;
  if (!layers) return undefined;
  const written = present({ efivars: efi?.vars, floppy });
  return machineSaver({ qmp, layers, key, written, read: present({ cd }), lose });
}

function present(files: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const entries = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

/** The disks as the template wants them, in the output directory. */
export async function finishMachine(plan: PartsPlan, { layers, disks }: MachineParts): Promise<readonly DiskFile[]> {
  const { run, config, source, output, name } = plan;
  if (!layers) {
    await finishDisks(run, config, disks);
    return disks;
  }
  const finished = imagePaths(config, { directory: output.path, name });
  await layers.flatten(finished, config.use_backing_file ? source : undefined);
  return finished;
}
