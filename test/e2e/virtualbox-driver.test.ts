import { randomUUID } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Driver, VmRequest } from "../../src/plugins/virtualbox/driver/driver.ts";
import { openDriver } from "../../src/plugins/virtualbox/driver/open-driver.ts";
import { needs } from "../helper/need.ts";
import { createVirtualBoxHome, type VirtualBoxHome } from "../helper/virtualbox.ts";

const withVirtualBox = needs("VBoxManage", "virtualbox");
const { signal } = new AbortController();

describe("the driver's snapshots, with the real VirtualBox", () => {
  withVirtualBox("are taken, listed, restored, deleted, and cloned for an export", async () => {
    const home = await createVirtualBoxHome();
    const driver = await openDriver({ env: { ...process.env, ...home.env }, platform: process.platform }, signal);
    const vm = await createMachine(driver, home);
    expect(await driver.listSnapshots({ vm, signal })).toEqual([]);
    await driver.takeSnapshot({ vm, name: "base", signal });
    await driver.modifyVm({ vm, settings: { cpus: 2 }, signal });
    await driver.takeSnapshot({ vm, name: "later", signal });
    expect(await shown(driver, { vm, signal })).toEqual(["base", "base/later (current)"]);

    const clone = { name: "copy", uuid: randomUUID() };
    const [base] = await driver.listSnapshots({ vm, signal });
    await driver.cloneSnapshot({ vm, snapshot: base!.uuid, clone, signal });
    const info = await driver.vmInfo({ vm: clone.uuid, signal });
    expect(info).toMatchObject({ uuid: clone.uuid, usedSlots: [{ controller: "IDE", port: 0, device: 0 }] });
    expect(await cpusOf(home, clone.uuid)).toBe("1");
    expect(await driver.listSnapshots({ vm: clone.uuid, signal })).toEqual([]);
    const out = join(home.machineFolder, "..", "out");
    await mkdir(out);
    await driver.exportVm({ vm: clone.uuid, path: join(out, "copy.ovf"), flags: [], signal });
    await driver.deleteVm({ vm: clone.uuid, signal });
    expect((await readdir(out)).sort()).toEqual(["copy-disk001.vmdk", "copy.ovf"]);

    await driver.restoreSnapshot({ vm, snapshot: "base", signal });
    expect(await cpusOf(home, vm)).toBe("1");
    await driver.takeSnapshot({ vm, name: "second", signal });
    expect(await shown(driver, { vm, signal })).toEqual(["base", "base/later", "base/second (current)"]);
    await expect(driver.deleteSnapshot({ vm, snapshot: "base", signal })).rejects.toThrow("child");
    await driver.deleteSnapshot({ vm, snapshot: "later", signal });
    expect(await shown(driver, { vm, signal })).toEqual(["base", "base/second (current)"]);
    await driver.deleteVm({ vm, signal });
    expect(await home.remains()).toEqual([]);
  });
});

/** A machine with a small disk. */
async function createMachine(driver: Driver, { machineFolder }: VirtualBoxHome): Promise<string> {
  const vm = randomUUID();
  const path = join(machineFolder, "m", "m.vdi");
  await driver.createVm({ name: "m", uuid: vm, osType: "Debian12_64", architecture: "x86", signal });
  await driver.createDisk({ path, sizeMib: 8, signal });
  await driver.addController({ vm, name: "IDE", bus: "ide", signal });
  const slot = { controller: "IDE", port: 0, device: 0 };
  await driver.attachDisk({ vm, ...slot, path, isSolidState: false, discards: false, signal });
  return vm;
}

async function cpusOf({ manage }: VirtualBoxHome, vm: string): Promise<string> {
  return /^cpus=(\d+)$/m.exec(await manage("showvminfo", vm, "--machinereadable"))![1]!;
}

async function shown(driver: Driver, request: VmRequest): Promise<readonly string[]> {
  const snapshots = await driver.listSnapshots(request);
  return snapshots.map(({ path, isCurrent }) => (isCurrent ? `${path} (current)` : path));
}
