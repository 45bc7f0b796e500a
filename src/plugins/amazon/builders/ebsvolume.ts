import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { ArtifactOf, Artifact } from "../../../sdk/artifact.ts";
import type { Tag } from "@aws-sdk/client-ec2";
import { openCloud } from "../aws/cloud.ts";
import { accessFields, accessRules } from "../aws/options/access.ts";
import { tagFields } from "../aws/options/tags.ts";
import { EXPIRES_TAG } from "../aws/mark.ts";
import type { Builder, BuilderRun } from "../../../sdk/component.ts";
import { communicatorFields, communicatorRenamed, communicatorRules } from "../../../sdk/schema/communicator.ts";
import { blocks, flag, list, text } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { amazonGeneratedData, tagsFor, type AmazonBuild } from "./build.ts";
import { spotIsNotModified } from "./options/ami.ts";
import { blockDeviceFields, blockDeviceRules } from "./options/block-device.ts";
import { runFields, runRenamed, runRules } from "./options/run.ts";
import { provisionMachine } from "./machine.ts";
import { modifyInstance } from "./modify-instance.ts";
import { preflightMachine } from "./preflight.ts";
import { keepSnapshots, snapshotVolumes, volumeOf, type MadeSnapshot } from "./snapshots.ts";
import { findSourceImage } from "./source-image.ts";
import { checkUserData } from "./user-data.ts";

const volume = defineSchema(
  {
    ...blockDeviceFields,
    ...tagFields("tag", "the volume"),
    snapshot_volume: flag("Make a snapshot of the volume.").default(false),
    ...tagFields("snapshot_tag", "the snapshot"),
    snapshot_users: list(text("An account id."), "Accounts that may use the snapshot.").default([]),
    snapshot_groups: list(text("A group."), "Groups that may use the snapshot.").default([]),
    snapshot_description: text("Description of the snapshot.").optional(),
  },
  { rules: blockDeviceRules },
);

const schema = defineSchema(
  {
    ...accessFields,
    ...communicatorFields,
    ...runFields,
    ena_support: flag("Enhanced networking with the Elastic Network Adapter.").optional(),
    sriov_support: flag("Enhanced networking with the Intel 82599 virtual function.").default(false),
    ebs_volumes: blocks(volume, "A volume to make. It stays, unless `delete_on_termination` is set.").default([]),
  },
  {
    rules: [...accessRules, ...communicatorRules(), ...runRules, spotIsNotModified],
    renamed: { ...communicatorRenamed, ...runRenamed, enhanced_networking: "ena_support" },
  },
);
type Config = ConfigOf<typeof schema>;
type Volume = Config["ebs_volumes"][number];

/** Builds volumes (and snapshots of them): a machine has them attached while it is provisioned. */
export const builder: Builder<Config> = {
  kind: "builder",
  type: "amazon-ebsvolume",
  summary: "Builds Amazon EBS volumes, and snapshots of them, on a running EC2 instance.",
  schema,
  generatedData: amazonGeneratedData,
  makesNoFiles: true,
  build: buildVolumes,
  checkFiles: checkUserData,
  preflight: preflightMachine,
};

interface MadeVolume {
  readonly config: Volume;
  readonly id: string;
}

async function buildVolumes(run: BuilderRun, config: Config): Promise<Artifact> {
  const cloud = await openCloud(run, config);
  const source = await run.step("find the source image", ({ signal }) => findSourceImage(cloud, config, signal));
  const build: AmazonBuild = { run, cloud, source };
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
    if (Tags.length > 0) await build.cloud.ec2().call("CreateTags", { Resources: [id], Tags }, { young: true });
  }
}

function makeSnapshots(build: AmazonBuild, volumes: readonly MadeVolume[]): Promise<readonly MadeSnapshot[]> {
  return snapshotVolumes(
    build,
    volumes
      .filter(({ config }) => config.snapshot_volume)
      .map(({ config, id }) => ({
        deviceName: config.device_name,
        volumeId: id,
        description: config.snapshot_description,
        tags: tagsFor(build, config.snapshot_tags, config.snapshot_tag),
      })),
  );
}

async function publish(
  build: AmazonBuild,
  volumes: readonly MadeVolume[],
  snapshots: readonly MadeSnapshot[],
): Promise<void> {
  const ec2 = build.cloud.ec2();
  for (const { deviceName, id } of snapshots) {
    const { config } = volumes.find((made) => made.config.device_name === deviceName)!;
    const Add = [
      ...config.snapshot_users.map((UserId) => ({ UserId })),
      ...config.snapshot_groups.map((Group) => ({ Group: Group as "all" })),
    ];
    const input = { SnapshotId: id, Attribute: "createVolumePermission", CreateVolumePermission: { Add } } as const;
    if (Add.length > 0) await ec2.call("ModifySnapshotAttribute", { ...input, CreateVolumePermission: { Add } });
  }
  await keepSnapshots(build, snapshots);
  const Tags: Tag[] = [{ Key: EXPIRES_TAG, Value: "never" }];
  if (volumes.length > 0) await ec2.call("CreateTags", { Resources: volumes.map(({ id }) => id), Tags });
}

function artifact(
  build: AmazonBuild,
  volumes: readonly MadeVolume[],
  snapshots: readonly MadeSnapshot[],
): ArtifactOf<typeof BUILDER_ID.amazonEbsVolume> {
  const { region } = build.cloud;
  const ids = [...volumes.map(({ id }) => id), ...snapshots.map(({ id }) => id)];
  const id = ids.map((one) => `${region}:${one}`).sort();
  return {
    builderId: BUILDER_ID.amazonEbsVolume,
    id: id.join(","),
    files: [],
    description: `EBS volumes and snapshots were created:\n${id.map((pair) => pair.replace(":", ": ")).join("\n")}`,
    state: { region },
    destroy: async (signal) => {
      const ec2 = build.cloud.ec2();
      for (const one of snapshots) await ec2.call("DeleteSnapshot", { SnapshotId: one.id }, { signal });
      for (const one of volumes) await ec2.call("DeleteVolume", { VolumeId: one.id }, { signal, busyMs: 60_000 });
    },
  };
}
