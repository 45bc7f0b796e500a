import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "../../sdk/artifact.ts";

export const QEMU_BUILDER_ID = "transcend.qemu";

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
export async function qemuArtifact(directory: string, state: QemuArtifactState): Promise<Artifact> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return {
    builderId: QEMU_BUILDER_ID,
    id: "VM",
    files: files.sort(),
    description: `VM files in directory: ${directory}`,
    state: { ...state },
    destroy: () => rm(directory, { recursive: true, force: true }),
  };
}
