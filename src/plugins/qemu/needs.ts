import type { Needs } from "../../sdk/needs.ts";
import type { BuildIdentity } from "../../sdk/run.ts";
import { guestArchitecture } from "./architecture.ts";
import { parseDiskSize } from "./disk-size.ts";
import { DEFAULT_SIZE } from "./disks.ts";
import type { Accelerator } from "./options/machine.ts";
import type { QemuConfig } from "./options/qemu.ts";

const MIB = 1024 ** 2;

/** A machine with hardware virtualisation runs on hosts of its own architecture, an emulated one on any. */
export function qemuNeeds(config: QemuConfig, { sourceName }: BuildIdentity): Needs {
  const { accelerator = "kvm", memory, cpus, sockets = 1, cores = 1, threads = 1 } = config;
  const host = HOSTS[accelerator];
  return {
    host,
    architecture: host === undefined ? undefined : guestArchitecture(config.qemu_binary),
    memoryMib: memory,
    cpus: cpus ?? sockets * cores * threads,
    diskMib: diskMib(config),
    writes: [config.output_directory || `output-${sourceName}`],
  };
}

const HOSTS: { readonly [Name in Accelerator]?: readonly string[] } = {
  kvm: ["kvm"],
  hvf: ["macos"],
  whpx: ["windows"],
  xen: ["xen"],
  hax: ["hax"],
};

function diskMib({ disk_size: main = DEFAULT_SIZE, disk_additional_size: more }: QemuConfig): number {
  const bytes = [main, ...more].map((size) => parseDiskSize(size) ?? 0);
  return Math.ceil(bytes.reduce((sum, size) => sum + size, 0) / MIB);
}
