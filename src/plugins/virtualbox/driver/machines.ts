import type { Machines, VmRequest } from "./driver.ts";
import { deleteRemains, imagesOf, leavesImages } from "./delete-images.ts";
import { hasReason, ignoreMissing } from "./failure.ts";
import { nvramArguments } from "./nvram.ts";
import { ensurePoweredOff } from "./power.ts";
import { retryTransition } from "./retry-transition.ts";
import { withoutOutput, type VBoxManage } from "./vboxmanage.ts";
import type { VirtualBoxVersion } from "./version.ts";
import { parseVmInfo, type VmInfo } from "./vm-info.ts";
import { settingsArguments } from "./vm-settings.ts";

export function machineVerbs(call: VBoxManage, version: VirtualBoxVersion | undefined): Machines {
  const run = withoutOutput(call);
  return {
    createVm: ({ name, uuid, osType, architecture, ...options }) => {
      const identity = ["--name", name, "--uuid", uuid, "--ostype", osType];
      const platform = architecture === "arm" ? ["--platform-architecture", "arm"] : [];
      return run(["createvm", ...identity, ...platform, "--register"], options);
    },
    vmInfo: (request) => vmInfo(call, request),
    modifyVm: async ({ vm, settings, ...options }) => {
      const args = settingsArguments(settings, version);
      if (args.length > 0) await run(["modifyvm", vm, ...args], options);
    },
    modifyNvram: async ({ vm, changes, ...options }) => {
      for (const change of changes) await run(["modifynvram", vm, ...nvramArguments(change, vm)], options);
    },
    setEfiResolution: ({ vm, resolution, ...options }) =>
      run(["setextradata", vm, "VBoxInternal2/EfiGraphicsResolution", resolution], options),
    deleteVm: (request) => deleteVm(call, request),
  };
}

async function vmInfo(call: VBoxManage, { vm, ...options }: VmRequest): Promise<VmInfo | undefined> {
  try {
    return parseVmInfo(await call(["showvminfo", vm, "--machinereadable"], options));
  } catch (error) {
    if (hasReason(error, "not found")) return undefined;
    throw error;
  }
}

async function deleteVm(call: VBoxManage, request: VmRequest): Promise<void> {
  const { signal } = request;
  const machine = await vmInfo(call, request);
  if (!machine) return;
  const images = await imagesOf(call, machine, { signal });
  try {
    await unregister(call, request);
  } catch (error) {
    if (!leavesImages(error) || images === undefined) throw error;
    await deleteRemains(call, { images, settingsFile: machine.settingsFile }, { signal });
  }
}

/** An interrupted `startvm` does not keep the machine from starting. So it is powered off, as often as it takes. */
async function unregister(call: VBoxManage, { vm, signal }: VmRequest): Promise<void> {
  await retryTransition({ signal }, async () => {
    try {
      await ignoreMissing(() => call(["unregistervm", vm, "--delete"], { signal, lockTimeoutMs: 0 }));
    } catch (error) {
      if (hasReason(error, "locked")) await ensurePoweredOff(call, { vm, signal });
      throw error;
    }
  });
}
