import { access, constants } from "node:fs/promises";
import { arch } from "node:os";
import type { Run } from "../../sdk/run.ts";
import { guestArchitecture } from "./architecture.ts";
import { guestRuns, type HardwareAccelerator } from "./guest-runs.ts";
import type { QemuConfig } from "./options/qemu.ts";
import type { Accelerator } from "./options/machine.ts";

export interface ChosenAccelerator {
  readonly accelerator: Accelerator;
  /** Why hardware virtualisation is not used although its device exists. */
  readonly doubt?: string | undefined;
}

/** What the user asked for, or the fastest accelerator with which a throw-away guest really runs. */
export async function chooseAccelerator(run: Run, config: QemuConfig, signal: AbortSignal): Promise<ChosenAccelerator> {
  if (config.accelerator !== undefined) return { accelerator: config.accelerator };
  const candidate = candidates[run.host.platform];
  if (candidate === undefined || !runsNatively(config.qemu_binary)) return { accelerator: "tcg" };
  if (candidate === "kvm" && !(await opens("/dev/kvm"))) return { accelerator: "tcg" };
  if (await guestRuns(run, config, candidate, signal)) return { accelerator: candidate };
  return {
    accelerator: "tcg",
    doubt: `${deviceNames[candidate]} is there, but a guest does not run with it. The machine is emulated instead, which is several times slower.`,
  };
}

const candidates: { readonly [Platform in NodeJS.Platform]?: HardwareAccelerator } = {
  linux: "kvm",
  darwin: "hvf",
  win32: "whpx",
};
const deviceNames = { kvm: "/dev/kvm", hvf: "Hypervisor.framework", whpx: "Windows Hypervisor Platform" };

/** Hardware virtualisation runs guests of the host's own architecture only. */
function runsNatively(binary: string): boolean {
  const guest = guestArchitecture(binary);
  const host = { x64: "amd64", ia32: "i386" }[arch()] ?? arch();
  return guest === host || (guest === "i386" && host === "amd64");
}

async function opens(device: string): Promise<boolean> {
  return access(device, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}
