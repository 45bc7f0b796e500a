import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { retry } from "../../../lib/retry.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { VBoxManageError } from "./failure.ts";
import {
  parseMachineReadable,
  parseMachines,
  parseRecords,
  type MachineInfo,
  type RegisteredMachine,
} from "./vm-info.ts";
import { createVBoxManage, type VBoxManage } from "./vboxmanage.ts";
import { parseVersion, type VirtualBoxVersion } from "./version.ts";

/** VirtualBox on this computer. `call` is for what only one step needs. */
export interface Driver {
  readonly version: VirtualBoxVersion;
  readonly call: VBoxManage;
}

/** Finds VirtualBox. Rejects with what to install or load when it is missing or cannot start machines. */
export async function openDriver(run: Pick<Run, "host">, signal: AbortSignal): Promise<Driver> {
  const { env, platform } = run.host;
  const call = createVBoxManage({ env, platform });
  return { call, version: parseVersion(await call(["--version"], { signal })) };
}

export async function listMachines(
  { call }: Pick<Driver, "call">,
  signal: AbortSignal,
): Promise<readonly RegisteredMachine[]> {
  return parseMachines(await call(["list", "vms"], { signal }));
}

/** What VirtualBox knows of a machine; `undefined` when it knows no such machine. */
export async function machineInfo(
  { call }: Pick<Driver, "call">,
  vm: string,
  signal: AbortSignal,
): Promise<MachineInfo | undefined> {
  try {
    return parseMachineReadable(await call(["showvminfo", vm, "--machinereadable"], { signal }));
  } catch (error) {
    if (error instanceof VBoxManageError && error.reason === "not found") return undefined;
    throw error;
  }
}

/** So long a machine may take to get from one state to another. */
const TRANSITION_PATIENCE_MS = 30_000;
const TRANSITION_INTERVAL_MS = 100;

/** Cuts the power of a machine, if it is on. One that is just being started or stopped is waited for. */
export async function powerOff({ call }: Pick<Driver, "call">, vm: string, signal: AbortSignal): Promise<void> {
  const isOff = /is not currently running|VBOX_E_OBJECT_NOT_FOUND|Could not find a registered/;
  await retryInTransition(signal, /Invalid machine state/, () =>
    ignoring(isOff, () => call(["controlvm", vm, "poweroff"], { signal, patienceMs: 0 })),
  );
}

/**
 * Removes a machine and its disks, whether it is on or off. A machine that is not there (any more) is fine. Whoever
 * interrupts `startvm` stops the messenger only: the machine starts all the same, so it is switched off until it is gone.
 */
export async function deleteMachine(driver: Pick<Driver, "call">, vm: string, signal: AbortSignal): Promise<void> {
  await retryInTransition(signal, undefined, async () => {
    try {
      await ignoringMissing(() => driver.call(["unregistervm", vm, "--delete"], { signal, patienceMs: 0 }));
    } catch (error) {
      if (error instanceof VBoxManageError && error.reason === "locked") await powerOff(driver, vm, signal);
      throw error;
    }
  });
}

function retryInTransition(
  signal: AbortSignal,
  passing: RegExp | undefined,
  operation: () => Promise<void>,
): Promise<void> {
  return retry(operation, {
    timeoutMs: TRANSITION_PATIENCE_MS,
    delayMs: TRANSITION_INTERVAL_MS,
    factor: 1,
    signal,
    shouldRetry: (error) =>
      error instanceof VBoxManageError && (error.reason === "locked" || passing?.test(error.message) === true),
  });
}

/** Takes a disk out of VirtualBox's registry and removes its file. */
export async function deleteDisk({ call }: Pick<Driver, "call">, path: string, signal: AbortSignal): Promise<void> {
  await ignoringMissing(() => call(["closemedium", "disk", path, "--delete"], { signal }));
  await rm(path, { force: true });
}

/** Disks VirtualBox has in its registry: paths and whether some machine uses them. */
export async function listDisks({ call }: Pick<Driver, "call">, signal: AbortSignal) {
  const records = parseRecords(await call(["list", "hdds"], { signal }));
  return records.map((record) => ({ uuid: record.get("UUID") ?? "", path: record.get("Location") ?? "" }));
}

/** The screen of a machine as PNG, by way of a file in `directory`. */
export async function screenshot(
  { call }: Pick<Driver, "call">,
  vm: string,
  directory: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const path = join(directory, `screen-${randomUUID()}.png`);
  try {
    await call(["controlvm", vm, "screenshotpng", path], { signal, patienceMs: 1000 });
    return await readFile(path);
  } finally {
    await rm(path, { force: true });
  }
}

async function ignoringMissing(body: () => Promise<unknown>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof VBoxManageError) || error.reason !== "not found") throw error;
  }
}

async function ignoring(known: RegExp, body: () => Promise<unknown>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof BuildError) || !known.test(error.message)) throw error;
  }
}
