import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Driver } from "../../../../src/plugins/virtualbox/driver/driver.ts";
import { createDriver } from "../../../../src/plugins/virtualbox/driver/open-driver.ts";
import { parseVersion } from "../../../../src/plugins/virtualbox/driver/version.ts";
import { createFakeVirtualBox, type FakeVirtualBox } from "../../../helper/fake-virtualbox/fake-virtualbox.ts";
import { fakeDriver } from "../fake-driver.ts";

const { signal } = new AbortController();
const vm = "99999999-1111-4111-8111-111111111111";

/** A driver, and its VirtualBox with one machine that has a disk on IDE. */
async function withMachine(): Promise<{
  readonly driver: Driver;
  readonly box: FakeVirtualBox;
  readonly disk: string;
}> {
  const box = createFakeVirtualBox();
  const driver = fakeDriver(box);
  const disk = join(box.root, "m.vdi");
  await driver.createVm({ name: "m", uuid: vm, osType: "Debian12_64", architecture: "x86", signal });
  await driver.createDisk({ path: disk, sizeMib: 8, signal });
  await driver.addController({ vm, name: "IDE", bus: "ide", signal });
  const slot = { controller: "IDE", port: 0, device: 0 };
  await driver.attachDisk({ vm, ...slot, path: disk, isSolidState: false, discards: false, signal });
  box.calls.length = 0;
  return { driver, box, disk };
}

describe("vmInfo", () => {
  it("describes a machine", async () => {
    const { driver, box, disk } = await withMachine();
    await writeFile(join(box.root, "x.iso"), "");
    await driver.addController({ vm, name: "SATA", bus: "sata", portCount: 2, signal });
    const disc = { controller: "SATA", port: 1, device: 0 };
    await driver.attachDvd({ vm, ...disc, path: join(box.root, "x.iso"), signal });
    const forwarding = { name: "ssh", hostAddress: "127.0.0.1", hostPort: 2222, guestPort: 22 };
    const settings = { description: "mine", network: "nat", forwarding, natLocalhostReachable: true };
    await driver.modifyVm({ vm, settings, signal });
    expect(await driver.vmInfo({ vm: "m", signal })).toEqual({
      uuid: vm,
      osType: "Debian 12 Bookworm (64-bit)",
      description: "mine",
      state: "poweroff",
      condition: "off",
      logFolder: join(box.machineFolder, "m", "Logs"),
      settingsFile: join(box.machineFolder, "m", "m.vbox"),
      snapshotFolder: join(box.machineFolder, "m", "Snapshots"),
      remoteDisplay: false,
      network: "nat",
      macAddresses: { "1": expect.stringMatching(/^080027[0-9A-Fa-f]{6}$/) as string },
      natLocalhostReachable: true,
      forwardings: ["ssh"],
      controllers: [
        { name: "IDE", type: "PIIX4", bus: "ide" },
        { name: "SATA", type: "IntelAhci", bus: "sata" },
      ],
      usedSlots: [{ controller: "IDE", port: 0, device: 0 }, disc],
      media: [
        { controller: "IDE", port: 0, device: 0, path: disk },
        { ...disc, path: join(box.root, "x.iso") },
      ],
    });
    await driver.detachDvd({ vm, ...disc, signal });
    expect((await driver.vmInfo({ vm, signal }))?.usedSlots).toHaveLength(1);
  });

  it("is undefined for an unknown machine", async () => {
    const driver = fakeDriver(createFakeVirtualBox());
    expect(await driver.vmInfo({ vm: "none", signal })).toBeUndefined();
  });
});

describe("modifyVm", () => {
  it("makes no call when there is nothing to set", async () => {
    const { driver, box } = await withMachine();
    await driver.modifyVm({ vm, settings: { tpm: undefined }, signal });
    expect(box.calls).toEqual([]);
  });
});

describe("removal", () => {
  it("does nothing for a machine or a disk that is gone already", async () => {
    const { driver, box, disk } = await withMachine();
    await driver.startVm({ vm, isHeadless: true, signal });
    for (let times = 0; times < 2; times++) await driver.deleteVm({ vm, signal });
    await writeFile(disk, "left");
    await driver.deleteDisk({ path: disk, signal });
    expect(existsSync(disk)).toBe(false);
    expect(box.remains()).toEqual([]);
  });

  it("can take a disk out of the registry alone", async () => {
    const { driver, box, disk } = await withMachine();
    await driver.createDisk({ path: `${disk}2`, sizeMib: 8, signal });
    await driver.closeDisk({ disk: `${disk}2`, deletesFile: false, signal });
    expect(box.remains()).toEqual(["m", disk]);
  });
});

describe("ensurePoweredOff", () => {
  it("powers a machine off, whether it runs or not", async () => {
    const { driver } = await withMachine();
    await driver.ensurePoweredOff({ vm, signal });
    await driver.startVm({ vm, isHeadless: true, signal });
    await driver.ensurePoweredOff({ vm, signal });
    expect((await driver.vmInfo({ vm, signal }))?.condition).toBe("off");
    await expect(driver.powerOff({ vm, signal })).rejects.toThrow("is not currently running");
  });
});

describe("snapshots", () => {
  it("are taken, listed with their paths, restored and deleted", async () => {
    const { driver } = await withMachine();
    expect(await driver.listSnapshots({ vm, signal })).toEqual([]);
    await driver.takeSnapshot({ vm, name: "base", signal });
    await driver.takeSnapshot({ vm, name: "first", signal });
    await driver.restoreSnapshot({ vm, snapshot: "base", signal });
    await driver.takeSnapshot({ vm, name: "second", signal });
    const shown = async () =>
      (await driver.listSnapshots({ vm, signal })).map(
        ({ path, isCurrent }) => `${path}${isCurrent ? " (current)" : ""}`,
      );
    expect(await shown()).toEqual(["base", "base/first", "base/second (current)"]);
    await expect(driver.deleteSnapshot({ vm, snapshot: "base", signal })).rejects.toThrow("child");
    const first = (await driver.listSnapshots({ vm, signal })).find(({ name }) => name === "first")!;
    await driver.deleteSnapshot({ vm, snapshot: first.uuid, signal });
    expect(await shown()).toEqual(["base", "base/second (current)"]);
  });

  it("are cloned into a machine of a given id", async () => {
    const calls: (readonly string[])[] = [];
    const call = (args: readonly string[]) => (calls.push(args), Promise.resolve(""));
    const driver = createDriver(call, parseVersion("7.2.22r175245"));
    await driver.cloneSnapshot({ vm, snapshot: "base", clone: { name: "copy", uuid: "id" }, signal });
    // The end-to-end test clones with the real VirtualBox.
    expect(calls.map((args) => args.join(" "))).toEqual([
      `clonevm ${vm} --snapshot base --mode machine --name copy --uuid id --register`,
    ]);
  });
});
