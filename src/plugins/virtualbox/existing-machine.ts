import type { Step } from "../../sdk/run.ts";
import { FLOPPY_CONTROLLER } from "./discs.ts";
import type { DriverVerbs, Machine } from "./driver/driver.ts";
import type { StorageSlot } from "./driver/storage-slot.ts";
import type { VmInfo } from "./driver/vm-info.ts";
import { SSH_FORWARDING } from "./ports.ts";

/**
 * What a machine of the user's was like before the build changed it. It is JSON in the journal, which other versions of
 * imgbuild read: the names and forms of its members stay.
 */
export interface OriginalState {
  readonly role: "borrowed";
  readonly uuid: string;
  readonly name: string;
  /** The snapshot to restore. The machine is then as it was, whatever was done to it. */
  readonly snapshot?: string | undefined;
  readonly vrde: boolean;
  /** How its first network card was attached: `nat`, `bridged`, `none`, … */
  readonly network: string;
  readonly hadRule: boolean;
  /** Where it had drives and disks. What is elsewhere afterwards belongs to the build. */
  readonly drives: readonly JournalledSlot[];
  /** Absent before VirtualBox 7.0. */
  readonly localhostReachable?: boolean | undefined;
}

interface JournalledSlot {
  readonly controller: string;
  readonly port: string;
  readonly device: string;
}

export function originalState(machine: Machine, info: VmInfo, snapshot: string | undefined): OriginalState {
  const drives = info.usedSlots.map(({ controller, port, device }) => ({
    controller,
    port: String(port),
    device: String(device),
  }));
  return {
    role: "borrowed",
    ...machine,
    snapshot,
    vrde: info.remoteDisplay,
    network: info.network,
    hadRule: info.forwardings.includes(SSH_FORWARDING),
    drives,
    localhostReachable: info.natLocalhostReachable,
  };
}

export interface ExistingMachine {
  readonly driver: DriverVerbs;
  readonly original: OriginalState;
  /** The machine stays as the build leaves it, if the build succeeds. */
  readonly keepsChanges: boolean;
}

/** Journals a machine before the build changes it. It is switched off and restored however the build ends. */
export async function ownChanges(step: Pick<Step, "own">, existing: ExistingMachine): Promise<void> {
  const { driver, original, keepsChanges } = existing;
  const details: Readonly<Record<string, unknown>> = { ...original };
  await step.own({ kind: "virtualbox-vm", id: original.uuid, details }, async (outcome, signal) => {
    if (outcome === "succeeded" && keepsChanges) return;
    await restoreMachine(driver, original, signal);
  });
}

/** Switches the machine off and takes back what the build changed. */
export async function restoreMachine(driver: DriverVerbs, original: OriginalState, signal: AbortSignal): Promise<void> {
  const { uuid: vm, snapshot } = original;
  await driver.ensurePoweredOff({ vm, signal });
  if (snapshot !== undefined) {
    await driver.restoreSnapshot({ vm, snapshot, signal });
    return;
  }
  const info = await driver.vmInfo({ vm, signal });
  if (info === undefined) return;
  for (const slot of addedDrives(info, original)) await driver.detachDvd({ vm, ...slot, signal });
  const hasFloppy = info.controllers.some(({ name }) => name === FLOPPY_CONTROLLER);
  if (hasFloppy) await driver.removeController({ vm, controller: FLOPPY_CONTROLLER, signal });
  const hasRule = info.forwardings.includes(SSH_FORWARDING);
  if (hasRule && !original.hadRule) {
    await driver.modifyVm({ vm, settings: { removedForwarding: SSH_FORWARDING }, signal });
  }
  const settings = {
    remoteDisplay: original.vrde,
    network: original.network,
    natLocalhostReachable: original.localhostReachable,
  };
  await driver.modifyVm({ vm, settings, signal });
}

/** Optical drives that the build put in. Its floppy drive goes with its controller. */
function addedDrives({ usedSlots }: VmInfo, { drives }: OriginalState): readonly StorageSlot[] {
  const original = new Set(drives.map(slotKey));
  return usedSlots.filter((slot) => slot.controller !== FLOPPY_CONTROLLER && !original.has(slotKey(slot)));
}

function slotKey({ controller, port, device }: StorageSlot | JournalledSlot): string {
  return `${controller}-${port}-${device}`;
}
