import { rm } from "node:fs/promises";
import type { Artifact } from "../../sdk/artifact.ts";
import type { OutputDirectory } from "../../steps/output-directory.ts";

const QEMU_BUILDER_ID = "transcend.qemu";

/** What later stages are told about the machine. The first five names are Packer's. */
export interface QemuArtifactState {
  readonly diskName: string;
  readonly diskPaths: readonly string[];
  readonly diskType: "qcow2" | "raw";
  /** A number with a unit, as in `disk_size`. */
  readonly diskSize: string;
  readonly domainType: string;
  /** The guest's, as Vagrant and Debian name it. */
  readonly architecture: string;
  readonly efiVarsPath?: string | undefined;
  readonly efiCodePath?: string | undefined;
}

/** The finished images: every file in the output directory. */
export async function qemuArtifact(output: OutputDirectory, state: QemuArtifactState): Promise<Artifact> {
  return {
    builderId: QEMU_BUILDER_ID,
    id: "VM",
    files: await output.files(),
    description: `VM files in directory: ${output.shown}`,
    state: { ...state },
    destroy: () => rm(output.path, { recursive: true, force: true }),
  };
}
