import type { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { ArtifactOf } from "../../../sdk/artifact.ts";
import { deleteSnapshot, snapshotsMadeFor } from "../aws/kinds/image.ts";
import { unlessGone } from "../aws/kinds/network.ts";
import type { AmazonBuild } from "./build.ts";

export interface RegionalImage {
  readonly region: string;
  readonly id: string;
}

/** EC2's name of an architecture → ours (Go's). */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  arm64: "arm64",
  i386: "386",
  x86_64_mac: "amd64",
  arm64_mac: "arm64",
};

type ImageMaker = typeof BUILDER_ID.amazonEbs | typeof BUILDER_ID.amazonEbsSurrogate;

/** `region:ami` pairs, sorted and joined with commas: what the Vagrant packaging and users' scripts read. */
export function imageArtifact<Id extends ImageMaker>(
  build: AmazonBuild,
  builderId: Id,
  images: readonly RegionalImage[],
): ArtifactOf<ImageMaker> & { readonly builderId: Id } {
  const pairs = images.map(({ region, id }) => `${region}:${id}`).sort();
  const lines = pairs.map((pair) => pair.replace(":", ": "));
  const architecture = build.source.Architecture ?? "x86_64";
  return {
    builderId,
    id: pairs.join(","),
    files: [],
    description: `AMIs were created:\n${lines.join("\n")}`,
    state: {
      region: build.cloud.region,
      source_image_name: build.source.Name ?? "",
      architecture: ARCHITECTURES[architecture] ?? architecture,
    },
    destroy: async (signal) => {
      for (const { region, id } of images) {
        const snapshots = await snapshotsMadeFor(build.cloud, region, id);
        await unlessGone(build.cloud.ec2(region).call("DeregisterImage", { ImageId: id }, { signal }));
        for (const snapshot of snapshots) await deleteSnapshot(build.cloud, region, snapshot, signal);
      }
    },
  };
}
