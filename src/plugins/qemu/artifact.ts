import { rm } from "node:fs/promises";
import { BUILDER_ID, type QemuState } from "../../sdk/artifact-state.ts";
import type { ArtifactOf } from "../../sdk/artifact.ts";
import type { OutputDirectory } from "../../steps/output-directory.ts";

/** The finished images: every file in the output directory. */
export async function qemuArtifact(
  output: OutputDirectory,
  state: QemuState,
): Promise<ArtifactOf<typeof BUILDER_ID.qemu>> {
  return {
    builderId: BUILDER_ID.qemu,
    id: "VM",
    files: await output.files(),
    description: `VM files in directory: ${output.shown}`,
    state,
    destroy: () => rm(output.path, { recursive: true, force: true }),
  };
}
