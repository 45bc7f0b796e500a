import type { Artifact } from "../../sdk/artifact.ts";
import type { RemoteArtifact } from "../calls/remote-artifact.ts";

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
export const readArtifact = (artifact: RemoteArtifact): Promise<Artifact> => artifact.read(STATES);
