import { cpus } from "node:os";
import type { KeyInputs } from "../../../sdk/checkpoint.ts";
import type { Run } from "../../../sdk/run.ts";
import { imageDigest, shapingArguments, shapingFiles } from "../../../steps/shaping-inputs.ts";
import type { Driver } from "../driver/driver.ts";
import type { IsoBuilderConfig } from "../options/iso.ts";

/** Arguments of this builder that make no other machine. */
const SHAPELESS = new Set<string>([
  "acpi_shutdown",
  "bundle_iso",
  "disable_shutdown",
  "export_opts",
  "guest_additions_sha256",
  "keep_registered",
  "output_filename",
  "post_shutdown_delay",
  "skip_export",
  "skip_nat_mapping",
  "vboxmanage_post",
  "vrdp_bind_address",
  "vrdp_port_max",
  "vrdp_port_min",
]);

export interface KeyedMachine {
  readonly driver: Pick<Driver, "version">;
  /** Path of the installation medium. */
  readonly iso: string;
}

/**
 * What a machine depends on before its first provisioner: its hardware, its media, and what was typed. VirtualBox shows the
 * guest the processor of this computer, and its own version in its devices.
 */
export async function keyInputs(run: Run, config: IsoBuilderConfig, machine: KeyedMachine): Promise<KeyInputs> {
  return {
    ...shapingArguments(config, SHAPELESS),
    "version of VirtualBox": machine.driver.version.text,
    processor: cpus()[0]?.model ?? "",
    "image of iso_url": await imageDigest(run, machine.iso),
    ...(await shapingFiles(run, config)),
  };
}
