import type { Needs } from "../../sdk/needs.ts";
import type { BuildIdentity } from "../../sdk/run.ts";

/** Of the arguments of all three builders. The machine of `virtualbox-ovf` and `virtualbox-vm` is known to VirtualBox alone. */
interface SizedConfig {
  readonly output_directory?: string | undefined;
  readonly skip_export?: boolean | undefined;
  readonly memory?: number | undefined;
  readonly cpus?: number | undefined;
  readonly disk_size?: number | undefined;
  readonly disk_additional_size?: readonly number[] | undefined;
  readonly chipset?: string | undefined;
}

export function virtualBoxNeeds(config: SizedConfig, { sourceName }: BuildIdentity): Needs {
  const { memory, cpus, disk_size: main, disk_additional_size: more = [], skip_export: skip } = config;
  return {
    host: ["virtualbox"],
    architecture: config.chipset?.startsWith("armv8") ? "arm64" : "amd64",
    memoryMib: memory,
    cpus,
    diskMib: main === undefined ? undefined : more.reduce((sum, size) => sum + size, main),
    writes: skip ? [] : [config.output_directory || `output-${sourceName}`],
  };
}
