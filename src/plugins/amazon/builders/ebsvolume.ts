import type { Tag } from "@aws-sdk/client-ec2";
import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { ArtifactOf, Artifact } from "../../../sdk/artifact.ts";
import type { Builder, BuilderRun } from "../../../sdk/component.ts";
import { amazonNeeds } from "../aws/needs.ts";
import { openCloud } from "../aws/cloud.ts";
import { EXPIRES_TAG } from "../aws/mark.ts";
import { amazonGeneratedData, checkTemplates, tagsFor, type AmazonBuild } from "./build.ts";
import { provisionMachine } from "./machine.ts";
import { modifyInstance } from "./modify-instance.ts";
import { schema, type EbsvolumeConfig, type NewVolume } from "./options/ebsvolume.ts";
import { preflightMachine } from "./preflight.ts";
import { keepSnapshots, snapshotVolumes, volumeOf, type MadeSnapshot } from "./snapshots.ts";
import { findSourceImage } from "./source-image.ts";
import { checkAmazonFiles } from "./user-data.ts";

/** Builds volumes (and snapshots of them): a machine has them attached while it is provisioned. */
export const builder: Builder<EbsvolumeConfig> = {
  kind: "builder",
  type: "amazon-ebsvolume",
  summary: "Builds Amazon EBS volumes, and snapshots of them, on a running EC2 instance.",
  schema,
  generatedData: amazonGeneratedData,
  needs: amazonNeeds,
  makesNoFiles: true,
  build: buildVolumes,
  checkFiles: checkAmazonFiles,
  preflight: preflightMachine,
};

interface MadeVolume {
  readonly config: NewVolume;
  readonly id: string;
}

async function buildVolumes(run: BuilderRun, config: EbsvolumeConfig): Promise<Artifact> {
  const cloud = await openCloud(run, config);
  const source = await run.step("find the source image", ({ signal }) => findSourceImage(cloud, config, signal));
  const build: AmazonBuild = { run, cloud, source };
  checkTemplates(build, config);
  let volumes: readonly MadeVolume[] = [];
  const { instance, owned } = await provisionMachine(build, config, {
    devices: config.ebs_volumes,
    whenRunning: async (running) => {
      const devices = config.ebs_volumes.filter((device) => !device.no_device && !device.virtual_name);
      volumes = await Promise.all(
        devices.map(async (device) => ({ config: device, id: await volumeOf(build, running, device.device_name) })),
      );
      await tagVolumes(build, volumes);
    },
  });
  await modifyInstance(build, config, instance.InstanceId!);
  const snapshots = await makeSnapshots(build, volumes);
  await publish(build, volumes, snapshots);
  const kept = volumes.filter((made) => !made.config.delete_on_termination);
  // From here on they are the user's, and stay when the machine goes.
  await owned.made(instance.InstanceId!, { keepsVolumes: true });
  return artifact(build, kept, snapshots);
}

async function tagVolumes(build: AmazonBuild, volumes: readonly MadeVolume[]): Promise<void> {
  for (const { config, id } of volumes) {
    const Tags = tagsFor(build, config.tags, config.tag);
    const options = { young: true, signal: build.run.signal };
    if (Tags.length > 0) await build.cloud.ec2().call("CreateTags", { Resources: [id], Tags }, options);
  }
}

function makeSnapshots(build: AmazonBuild, volumes: readonly MadeVolume[]): Promise<readonly MadeSnapshot[]> {
  const wanted = volumes.filter(({ config }) => config.snapshot_volume);
  const plans = wanted.map(({ config, id }) => ({
    deviceName: config.device_name,
    volumeId: id,
    description: config.snapshot_description,
    tags: tagsFor(build, config.snapshot_tags, config.snapshot_tag),
  }));
  return snapshotVolumes(build, plans);
}

async function publish(
  build: AmazonBuild,
  volumes: readonly MadeVolume[],
  snapshots: readonly MadeSnapshot[],
): Promise<void> {
  const ec2 = build.cloud.ec2();
  const options = { young: true, signal: build.run.signal };
  for (const { deviceName, id } of snapshots) {
    const { config } = volumes.find((made) => made.config.device_name === deviceName)!;
    const Add = [
      ...config.snapshot_users.map((UserId) => ({ UserId })),
      ...config.snapshot_groups.map((Group) => ({ Group: Group as "all" })),
    ];
    const input = { SnapshotId: id, Attribute: "createVolumePermission" as const, CreateVolumePermission: { Add } };
    if (Add.length > 0) await ec2.call("ModifySnapshotAttribute", input, options);
  }
  await keepSnapshots(build, snapshots);
  const Tags: Tag[] = [{ Key: EXPIRES_TAG, Value: "never" }];
  if (volumes.length > 0) await ec2.call("CreateTags", { Resources: volumes.map(({ id }) => id), Tags }, options);
}

function artifact(
  build: AmazonBuild,
  volumes: readonly MadeVolume[],
  snapshots: readonly MadeSnapshot[],
): ArtifactOf<typeof BUILDER_ID.amazonEbsVolume> {
  const { region } = build.cloud;
  const pairs = [...volumes, ...snapshots].map(({ id }) => `${region}:${id}`).sort();
  const lines = pairs.map((pair) => pair.replace(":", ": "));
  return {
    builderId: BUILDER_ID.amazonEbsVolume,
    id: pairs.join(","),
    files: [],
    description: `EBS volumes and snapshots were created:\n${lines.join("\n")}`,
    state: { region },
    destroy: async (signal) => {
      const ec2 = build.cloud.ec2();
      for (const one of snapshots) await ec2.call("DeleteSnapshot", { SnapshotId: one.id }, { signal });
      for (const one of volumes) await ec2.call("DeleteVolume", { VolumeId: one.id }, { signal });
    },
  };
}
