import { platform, tmpdir } from "node:os";
import { endProcess } from "../../lib/end-process.ts";
import type { ReapContext, Reaper, ReapOutcome, Resource } from "../../sdk/journal.ts";
import { findCalls } from "../../owned/owned-process.ts";
import type { DriverVerbs, Machine } from "./driver/driver.ts";
import { deleteDiskCommand, deleteVmCommand } from "./driver/manual-commands.ts";
import { openUnchecked } from "./driver/open-driver.ts";
import { findVBoxManage } from "./driver/vboxmanage.ts";
import { playKeystrokes } from "../../steps/boot-command/play-keystrokes.ts";
import { CODES_PER_CALL, createScanCodeKeyboard } from "./scan-code-keyboard.ts";
import { restoreMachine, type OriginalState } from "./existing-machine.ts";

/** Nobody is asked whether the keys before were taken. */
const BLIND_INTERVAL_MS = 200;

/** Removes machines of runs that died, restores the user's own, and shows the screens of machines of live runs. */
export const reaper: Reaper = {
  kind: "reaper",
  type: "virtualbox-vm",
  describe: (resource) => `virtual machine "${nameOf(resource)}" (VirtualBox)`,
  manualCommand: (resource) => (isMade(resource) ? deleteVmCommand(idOf(resource)) : undefined),
  reap: async (resource, context) => {
    const { signal } = context;
    const driver = driverFor(context.env);
    const machine = await findMachine(driver, resource, signal);
    if (machine === undefined) return { kind: "gone" };
    if (context.dryRun) return { kind: "removed" };
    await endCalls(machine.uuid, context);
    if (isMade(resource)) await driver.deleteVm({ vm: machine.uuid, signal });
    else await restoreMachine(driver, resource.details as unknown as OriginalState, signal);
    return { kind: "removed" };
  },
  screen: (resource, env) => ({
    name: nameOf(resource),
    capture: (signal) => driverFor(env).screenshot({ vm: idOf(resource), directory: tmpdir(), signal }),
    type: (keystrokes, signal) => {
      const driver = driverFor(env);
      const keyboard = createScanCodeKeyboard(
        (codes, _strokes, untilThen) => driver.sendScanCodes({ vm: idOf(resource), codes, signal: untilThen }),
        { codesPerCall: CODES_PER_CALL, intervalMs: BLIND_INTERVAL_MS },
      );
      return playKeystrokes(keystrokes, keyboard, { signal });
    },
  }),
};

/** Disks that were made and had not become part of a machine. */
export const diskReaper: Reaper = {
  kind: "reaper",
  type: "virtualbox-disk",
  describe: ({ id }) => `disk ${id} (VirtualBox)`,
  manualCommand: ({ id }) => deleteDiskCommand(singleQuoted(id)),
  reap: async ({ id: path }, { env, signal, dryRun }): Promise<ReapOutcome> => {
    const driver = driverFor(env);
    const disks = await driver.listDisks({ signal });
    // A file alone is removed with its directory, which bears the run's mark.
    if (!disks.some((disk) => disk.path === path)) return { kind: "gone" };
    if (!dryRun) await driver.deleteDisk({ path, signal });
    return { kind: "removed" };
  },
};

/** An export goes on without us, and holds the machine's disks: they would stay in VirtualBox when the machine is removed. */
async function endCalls(uuid: string, { env, signal }: ReapContext): Promise<void> {
  if (platform() === "win32") return;
  const calls = await findCalls(findVBoxManage(env, platform()), uuid, env);
  await Promise.all(calls.map((pid) => endProcess(pid, signal)));
}

async function findMachine(driver: DriverVerbs, resource: Resource, signal: AbortSignal): Promise<Machine | undefined> {
  const { details } = resource;
  const uuid = idOf(resource);
  const machines = await driver.listVms({ signal });
  return machines.find((machine) => machine.uuid === uuid || machine.name === details?.["provisionalName"]);
}

function driverFor(env: ReapContext["env"]): DriverVerbs {
  return openUnchecked({ env, platform: platform() });
}

function isMade({ details }: Resource): boolean {
  return details?.["role"] === "made";
}

function idOf({ id, details }: Resource): string {
  return String(details?.["uuid"] ?? id);
}

function nameOf({ id, details }: Resource): string {
  return String(details?.["name"] ?? id);
}

function singleQuoted(word: string): string {
  const escaped = word.replaceAll("'", `'\\''`);
  return `'${escaped}'`;
}
