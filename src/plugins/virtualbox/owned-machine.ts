import type { JournalEntry } from "../../sdk/journal.ts";
import type { Run, Step } from "../../sdk/run.ts";
import type { Driver } from "./driver/driver.ts";

export interface OwnedMachine {
  /** VirtualBox chose this id (an imported machine has none before). Synced. */
  identify(uuid: string): Promise<void>;
  /** Removes the machine and its disks now. */
  remove(signal: AbortSignal): Promise<void>;
  /** The machine stays: the user asked for it (`keep_registered`), and the build succeeded. */
  keep(): Promise<void>;
}

/**
 * Journals a machine **before** it is made. A new machine is known by the id we choose for it, an imported one by a
 * provisional name that holds the run's id.
 */
export async function ownMachine(
  driver: Driver,
  step: Pick<Step, "own">,
  machine: { readonly name: string; readonly uuid?: string; readonly provisionalName?: string },
): Promise<OwnedMachine> {
  const found: { uuid?: string | undefined; kept?: boolean } = { uuid: machine.uuid };
  const id = machine.uuid ?? machine.provisionalName!;
  const remove = (signal: AbortSignal) => driver.deleteVm({ vm: found.uuid ?? id, signal });
  const details = { role: "made", ...machine };
  const entry: JournalEntry = await step.own({ kind: "virtualbox-vm", id, details }, async (_outcome, signal) => {
    if (found.kept !== true) await remove(signal);
  });
  return {
    identify: async (uuid) => {
      found.uuid = uuid;
      await entry.update({ uuid });
    },
    remove: async (signal) => {
      await remove(signal);
      found.kept = true;
      await entry.strike();
    },
    keep: async () => {
      found.kept = true;
      await entry.strike();
    },
  };
}

export interface OwnedDisk {
  /** Something else takes care of the disk from now on. */
  keep(): Promise<void>;
}

/** Journals a disk before it is made; it is taken from VirtualBox's registry and removed unless `keep` was called. */
export async function ownDisk(driver: Driver, step: Pick<Step, "own">, path: string): Promise<OwnedDisk> {
  let kept = false;
  const entry = await step.own({ kind: "virtualbox-disk", id: path }, async (_outcome, signal) => {
    if (!kept) await driver.deleteDisk({ path, signal });
  });
  return {
    keep: async () => {
      kept = true;
      await entry.strike();
    },
  };
}

/** The description of our machines while they are built: it says where a machine that is left over comes from. */
export function markOf(run: Pick<Run, "runId">): string {
  return `imgbuild run ${run.runId}`;
}

/** The run id in a description, if it is our mark. */
export function runOf(description: string | undefined): string | undefined {
  return /^imgbuild run ([0-9a-f-]{36})$/.exec(description ?? "")?.[1];
}
