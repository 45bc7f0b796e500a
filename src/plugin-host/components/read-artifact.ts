import { resolve } from "node:path";
import type { Artifact } from "../../sdk/artifact.ts";
import type { RemoteArtifact } from "../calls/remote-artifact.ts";
import { generatedDataOf } from "./generated-data.ts";

/** States of artifacts that other components are known to ask for: what is not read now cannot be asked for later. */
const STATES = [
  "generated_data",
  "atlas.artifact.metadata",
  "diskName",
  "diskPaths",
  "diskType",
  "diskSize",
  "domainType",
  "efiVarsPath",
  "efiCodePath",
  "architecture",
  "region",
  "source_image_name",
  "ImageSha256",
  "docker_tags",
  "provider",
  "tag",
  "version",
];

/** The artifact of a plugin as one of ours. Its `destroy` needs the process of the plugin, which is kept for it. */
export async function readArtifact(artifact: RemoteArtifact, cwd: string): Promise<Artifact> {
  const told = await artifact.read(STATES);
  const read = { ...told, files: told.files.map((file) => resolve(cwd, file)) };
  const { generated_data: data } = read.state as { readonly generated_data?: unknown };
  if (typeof data !== "object" || data === null || Array.isArray(data)) return read;
  return { ...read, state: { ...read.state, generated_data: generatedDataOf({ ...data }) } };
}
