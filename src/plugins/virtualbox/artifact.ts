import { rm } from "node:fs/promises";
import type { Artifact } from "../../sdk/artifact.ts";
import type { OutputDirectory } from "../../steps/output-directory.ts";

const VIRTUALBOX_BUILDER_ID = "mitchellh.virtualbox";

/** The finished machine: every file in the output directory. */
export async function virtualBoxArtifact(output: OutputDirectory, guestOsType: string): Promise<Artifact> {
  return {
    builderId: VIRTUALBOX_BUILDER_ID,
    id: "VM",
    files: await output.files(),
    description: `VM files in directory: ${output.shown}`,
    state: { architecture: guestArchitecture(guestOsType) },
    destroy: () => rm(output.path, { recursive: true, force: true }),
  };
}

/**
 * The guest's architecture as Vagrant and Debian name it, from VirtualBox's id (`Debian12_64`, `Debian12_arm64`) or
 * description (`Debian 12 Bookworm (64-bit)`) of a guest system.
 */
function guestArchitecture(guestOsType: string): string {
  if (/arm/i.test(guestOsType)) return "arm64";
  return /_64$|\(64-bit\)/.test(guestOsType) || guestOsType === "" ? "amd64" : "i386";
}
