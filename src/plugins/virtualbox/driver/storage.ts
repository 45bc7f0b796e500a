import { rm } from "node:fs/promises";
import type { Storage } from "./driver.ts";
import { ignoreMissing } from "./failure.ts";
import { onOff } from "./on-off.ts";
import type { StorageBus, StorageSlot } from "./storage-slot.ts";
import { withoutOutput, type VBoxManage } from "./vboxmanage.ts";

export function storageVerbs(call: VBoxManage): Storage {
  const run = withoutOutput(call);
  const attach = (vm: string, slot: StorageSlot, medium: readonly string[]) => [
    ...["storageattach", vm, "--storagectl", slot.controller],
    ...["--port", String(slot.port), "--device", String(slot.device), ...medium],
  ];
  return {
    createDisk: ({ path, sizeMib, ...options }) => {
      const format = ["--format", "VDI", "--variant", "Standard"];
      return run(["createmedium", "disk", "--filename", path, "--size", String(sizeMib), ...format], options);
    },
    closeDisk: ({ disk, deletesFile, ...options }) =>
      run(["closemedium", "disk", disk, ...(deletesFile ? ["--delete"] : [])], options),
    deleteDisk: async ({ path, ...options }) => {
      await ignoreMissing(() => call(["closemedium", "disk", path, "--delete"], options));
      await rm(path, { force: true });
    },
    addController: ({ vm, name, bus, portCount, ...options }) => {
      const ports = portCount === undefined ? [] : ["--portcount", String(portCount)];
      return run(["storagectl", vm, "--name", name, ...controllerTypes[bus], ...ports], options);
    },
    removeController: ({ vm, controller, ...options }) =>
      run(["storagectl", vm, "--name", controller, "--remove"], options),
    attachDisk: ({ vm, path, isSolidState, discards, ...request }) => {
      const traits = ["--nonrotational", onOff(isSolidState), "--discard", onOff(discards)];
      return run(attach(vm, request, ["--type", "hdd", "--medium", path, ...traits]), request);
    },
    attachDvd: ({ vm, path, ...request }) =>
      run(attach(vm, request, ["--type", "dvddrive", "--medium", path]), request),
    detachDvd: ({ vm, ...request }) => run(attach(vm, request, ["--type", "dvddrive", "--medium", "none"]), request),
    attachFloppy: ({ vm, path, ...request }) => run(attach(vm, request, ["--type", "fdd", "--medium", path]), request),
  };
}

const controllerTypes: Readonly<Record<StorageBus, readonly string[]>> = {
  ide: ["--add", "ide"],
  sata: ["--add", "sata"],
  virtio: ["--add", "virtio", "--controller", "VirtIO"],
  scsi: ["--add", "scsi", "--controller", "LSILogic"],
  pcie: ["--add", "pcie", "--controller", "NVMe"],
  floppy: ["--add", "floppy"],
};
