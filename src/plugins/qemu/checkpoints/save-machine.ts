import { copyFile, rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { errorText } from "../../../lib/error-text.ts";
import { isSystemError } from "../../../lib/system-error.ts";
import { BuildError } from "../../../sdk/error.ts";
import { writeFailure } from "../../../sdk/write-failure.ts";
import type { MachineState, SaveMachine } from "../../../sdk/checkpoint.ts";
import type { SshKey } from "../../../steps/ssh-key.ts";
import type { QmpClient } from "../qmp.ts";
import type { LayeredDisks, LayerNames } from "./layers.ts";
import { goOn, saveMemory } from "./migration.ts";

/** What has to be known of a saved machine beside its files. */
export interface QemuFacts {
  readonly chains: readonly LayerNames[];
  /** The key that the guest lets in. */
  readonly key: SshKey;
}

export interface SavedParts {
  readonly qmp: QmpClient;
  readonly layers: LayeredDisks;
  readonly key: SshKey;
  /** Files the machine writes to that are no disks, by role: UEFI variables, a floppy disk. */
  readonly written: Readonly<Record<string, string>>;
  /** Files the machine only reads, by role. */
  readonly read: Readonly<Record<string, string>>;
  /** The machine is of no use any more. */
  readonly lose: (reason: BuildError) => void;
}

/**
 * Saves the machine: while it stands still, memory goes to a file and every disk gets a new image on top; what is below
 * is not written any more.
 */
export function machineSaver(parts: SavedParts): SaveMachine {
  let devices: readonly string[] | undefined;
  return async (signal) => {
    // Asked before the first image is put on top: later on QEMU describes the images below along with a disk, and cuts
    // that off after 4096 characters.
    devices ??= await disksOf(parts, signal);
    const { layers, key, written, read } = parts;
    const frozen = layers.chains;
    const memory = layers.path(`memory-${frozen[0]!.length}`);
    const copies = Object.keys(written).map((role) => [role, layers.path(`${role}-${frozen[0]!.length}`)] as const);
    try {
      await freeze(parts, { memory, copies: Object.fromEntries(copies), devices }, signal);
    } catch (error) {
      const failure = await failureOf(error, memory);
      // The machine goes on, and may need the room.
      for (const path of [memory, ...copies.map(([, copy]) => copy)]) await rm(path, { force: true });
      throw failure;
    }
    const images = frozen.flat().map((name) => [name, layers.path(name)] as const);
    const files = { ...Object.fromEntries(images), ...Object.fromEntries(copies), ...read, memory };
    return { files, facts: { chains: frozen, key } satisfies QemuFacts } satisfies MachineState;
  };
}

const ALMOST_NOTHING_BYTES = 4 * 1024 * 1024;

/** QEMU does not say that a disk is full. */
async function failureOf(error: unknown, memory: string): Promise<unknown> {
  if (isSystemError(error)) return writeFailure(memory, error);
  const room = await statfs(dirname(memory)).catch(() => undefined);
  if (!room || room.bavail * room.bsize > ALMOST_NOTHING_BYTES) return error;
  return new BuildError(`the disk is full: the machine's memory could not be written to ${dirname(memory)}`, {
    cause: error,
  });
}

interface Targets {
  /** QEMU's names of the disks, in order. */
  readonly devices: readonly string[];
  readonly memory: string;
  /** Of files that are no disks, by role. */
  readonly copies: Readonly<Record<string, string>>;
}

async function freeze(parts: SavedParts, targets: Targets, signal: AbortSignal): Promise<void> {
  const { qmp, layers, written } = parts;
  const { memory, copies, devices } = targets;
  await layers.cover(async (overlays) => {
    await standingStill(parts, signal, async () => {
      await saveMemory(qmp, memory, signal);
      for (const [role, path] of Object.entries(written)) await copyFile(path, copies[role]!);
      const actions = devices.map((device, index) => overlayAction(device, overlays[index]!));
      await qmp.execute("transaction", { actions }, { signal });
    });
  }, signal);
}

async function standingStill({ qmp, lose }: SavedParts, signal: AbortSignal, body: () => Promise<void>): Promise<void> {
  await qmp.execute("stop", {}, { signal });
  try {
    await body();
  } finally {
    await goOn(qmp).catch((cause: unknown) => {
      lose(new BuildError(`QEMU does not let the machine go on after it was saved: ${errorText(cause)}`, { cause }));
      throw cause;
    });
  }
}

function overlayAction(device: string, file: string): unknown {
  const data = { device, "snapshot-file": file, format: "qcow2", mode: "existing" };
  return { type: "blockdev-snapshot-sync", data };
}

interface BlockDevice {
  readonly device: string;
  readonly inserted?: { readonly file: string; readonly ro: boolean };
}

/** QEMU's names of the disks, in order. Rejects where the machine writes to anything else: that could not be taken back. */
async function disksOf({ qmp, layers, written }: SavedParts, signal: AbortSignal): Promise<readonly string[]> {
  const devices = (await qmp.execute("query-block", {}, { signal })) as readonly BlockDevice[];
  const ours = new Set([...layers.disks.map(({ path }) => path), ...Object.values(written)]);
  const other = devices.find(({ inserted }) => inserted?.ro === false && !ours.has(inserted.file));
  if (other) throw new BuildError(`the machine writes to ${other.inserted!.file}, which is not imgbuild's`);
  return layers.disks.map(({ path }) => {
    const found = devices.find(({ inserted }) => inserted?.file === path);
    if (!found) throw new BuildError(`QEMU has no drive with ${path}`);
    return found.device;
  });
}
