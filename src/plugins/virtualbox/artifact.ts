import { rm } from "node:fs/promises";
import { BUILDER_ID } from "../../sdk/artifact-state.ts";
import type { ArtifactOf } from "../../sdk/artifact.ts";
import type { CommunicatorConfig } from "../../sdk/schema/communicator.ts";
import { windowsGuest } from "../../sdk/schema/guest-login.ts";
import type { OutputDirectory } from "../../steps/output-directory.ts";

/** The finished machine: every file in the output directory. */
export async function virtualBoxArtifact(
  output: OutputDirectory,
  guestOsType: string,
  config: CommunicatorConfig,
): Promise<ArtifactOf<typeof BUILDER_ID.virtualbox>> {
  return {
    builderId: BUILDER_ID.virtualbox,
    id: "VM",
    files: await output.files(),
    description: `VM files in directory: ${output.shown}`,
    state: {
      architecture: guestArchitecture(guestOsType),
      guest: windowsGuest(config, /^windows/i.test(guestOsType)),
    },
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
