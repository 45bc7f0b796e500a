import { endProcess } from "../../lib/end-process.ts";
import type { ReapContext, Reaper, ReapOutcome, Resource } from "../../sdk/journal.ts";
import { findCalls } from "../../sdk/owned-process.ts";
import { deleteDisk, deleteMachine, listDisks, listMachines, screenshot, type Driver } from "./driver/driver.ts";
import type { RegisteredMachine } from "./driver/vm-info.ts";
import { returnMachine, type Borrowing } from "./existing-machine.ts";
import { createVBoxManage, findVBoxManage } from "./driver/vboxmanage.ts";
import { platform, tmpdir } from "node:os";

type Caller = Pick<Driver, "call">;

/** Removes machines of runs that died, gives borrowed ones back, and shows the screens of those that live. */
export const reaper: Reaper = {
  kind: "reaper",
  type: "virtualbox-vm",
  describe: (resource) => `virtual machine "${nameOf(resource)}" (VirtualBox)`,
  manualCommand: ({ id, details }) =>
    details?.["role"] === "made" ? `VBoxManage unregistervm ${String(details["uuid"] ?? id)} --delete` : undefined,
  reap: async (resource, context) => {
    const driver = callerFor(context.env);
    const machine = await findMachine(driver, resource, context);
    if (machine === undefined) return { kind: "gone" };
    if (context.dryRun) return { kind: "removed" };
    await endCalls(machine.uuid, context);
    if (resource.details?.["role"] === "made") await deleteMachine(driver, machine.uuid, context.signal);
    else await returnMachine(driver, resource.details as unknown as Borrowing, context.signal);
    return { kind: "removed" };
  },
  screen: (resource, env) => ({
    name: nameOf(resource),
    capture: (signal) =>
      screenshot(callerFor(env), String(resource.details?.["uuid"] ?? resource.id), tmpdir(), signal),
  }),
};

/** Disks that were made and not yet part of a machine. */
export const diskReaper: Reaper = {
  kind: "reaper",
  type: "virtualbox-disk",
  describe: ({ id }) => `disk ${id} (VirtualBox)`,
  manualCommand: ({ id }) => `VBoxManage closemedium disk '${id.replaceAll("'", `'\\''`)}' --delete`,
  reap: async ({ id }, { env, signal, dryRun }): Promise<ReapOutcome> => {
    const driver = callerFor(env);
    const isRegistered = (await listDisks(driver, signal)).some(({ path }) => path === id);
    // A file alone goes with its directory, which has the run's mark.
    if (!isRegistered) return { kind: "gone" };
    if (!dryRun) await deleteDisk(driver, id, signal);
    return { kind: "removed" };
  },
};

/** An export goes on without us, and holds the machine's disks: they would stay in VirtualBox when the machine is removed. */
async function endCalls(uuid: string, { env, signal }: ReapContext): Promise<void> {
  if (platform() === "win32") return;
  const calls = await findCalls(findVBoxManage(env, platform()), uuid, env);
  await Promise.all(calls.map((pid) => endProcess(pid, signal)));
}

async function findMachine(
  driver: Caller,
  { id, details }: Resource,
  { signal }: ReapContext,
): Promise<RegisteredMachine | undefined> {
  const uuid = (details?.["uuid"] as string | undefined) ?? id;
  const machines = await listMachines(driver, signal);
  return machines.find((machine) => machine.uuid === uuid || machine.name === details?.["provisionalName"]);
}

function callerFor(env: ReapContext["env"]): Caller {
  return { call: createVBoxManage({ env, platform: platform() }) };
}

function nameOf({ id, details }: Resource): string {
  return String(details?.["name"] ?? id);
}
