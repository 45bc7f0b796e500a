import { hashFile } from "../../lib/checksum.ts";
import type { RunDirectories } from "../../sdk/run.ts";
import type { PlannedProvisioner } from "../../template/model.ts";

export type HostOutputs = Readonly<Record<string, string>>;

/** Digests of the files of this computer that a provisioner has written, by absolute path. */
export async function hostOutputs(
  planned: PlannedProvisioner,
  config: unknown,
  directories: RunDirectories,
): Promise<HostOutputs> {
  const paths = planned.component.filesWritten?.(config, directories) ?? [];
  const digests = await Promise.all(paths.map(async (path) => [path, await digestOf(path)] as const));
  return Object.fromEntries(digests);
}

/** The first that is gone or changed. */
export async function changedOutput(outputs: HostOutputs): Promise<string | undefined> {
  for (const [path, digest] of Object.entries(outputs)) if ((await digestOf(path)) !== digest) return path;
  return undefined;
}

function digestOf(path: string): Promise<string> {
  return hashFile(path, "sha256").then(
    ({ hex }) => hex,
    () => "",
  );
}
