import type { Instance, RegisterImageCommandInput } from "@aws-sdk/client-ec2";
import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { Artifact } from "../../../sdk/artifact.ts";
import { amazonNeeds } from "../aws/needs.ts";
import { openCloud } from "../aws/cloud.ts";
import type { Builder, BuilderRun } from "../../../sdk/component.ts";
import { imageArtifact } from "./artifact.ts";
import { blockDeviceMappings } from "./block-devices.ts";
import { amazonGeneratedData, checkTemplates, tagsFor, templateValues, type AmazonBuild } from "./build.ts";
import { copyImages } from "./copy-images.ts";
import { createImage, imageNaming, isIntermediary, makeImage, type MadeImage, type OldImages } from "./create-image.ts";
import { type EbssurrogateConfig, schema } from "./options/ebssurrogate.ts";
import { provisionMachine } from "./machine.ts";
import { modifyInstance } from "./modify-instance.ts";
import { preflightImage, preflightRegistration } from "./preflight.ts";
import { finishImages } from "./finish-images.ts";
import { findOldImages } from "./replace-images.ts";
import { keepSnapshots, snapshotVolumes, volumeOf, type MadeSnapshot } from "./snapshots.ts";
import { findSourceImage } from "./source-image.ts";
import { checkAmazonFiles } from "./user-data.ts";
import { swapRootVolume } from "./swap-root.ts";

/** Builds AMIs from a volume that a machine has attached beside its own: systems made from nothing. */
export const builder: Builder<EbssurrogateConfig> = {
  kind: "builder",
  type: "amazon-ebssurrogate",
  summary: "Builds an Amazon machine image (AMI) from a second volume of a running EC2 instance.",
  schema,
  generatedData: amazonGeneratedData,
  needs: amazonNeeds,
  makesNoFiles: true,
  build: buildImage,
  checkFiles: checkAmazonFiles,
  preflight: (run, config) => {
    const preflight = config.use_create_image ? preflightImage : preflightRegistration;
    return preflight(run, config);
  },
};

async function buildImage(run: BuilderRun, config: EbssurrogateConfig): Promise<Artifact | undefined> {
  const cloud = await openCloud(run, config);
  const source = await run.step("find the source image", ({ signal }) => findSourceImage(cloud, config, signal));
  const build: AmazonBuild = { run, cloud, source };
  checkTemplates(build, config);
  const { instance } = await provisionMachine(build, config, { devices: config.launch_block_device_mappings });
  await modifyInstance(build, config, instance.InstanceId!);
  if (config.skip_create_ami) return undefined;
  const olds = await findOldImages(build, config);
  const makeProduct = config.use_create_image ? imageOfSwapped : registerSnapshots;
  const { made, snapshots } = await makeProduct(build, config, { instance, olds });
  const copies = await copyImages(build, config, made, olds);
  const images = await finishImages(build, config, { images: copies, olds });
  if (!isIntermediary(config)) await keepSnapshots(build, snapshots);
  return imageArtifact(
    { ...build, source: { ...source, Architecture: config.ami_architecture } },
    BUILDER_ID.amazonEbsSurrogate,
    images,
  );
}

interface Origin {
  readonly instance: Instance;
  readonly olds: OldImages;
}

interface SurrogateImage {
  readonly made: MadeImage;
  /** Those that were made for it beforehand. */
  readonly snapshots: readonly MadeSnapshot[];
}

async function imageOfSwapped(build: AmazonBuild, config: EbssurrogateConfig, origin: Origin): Promise<SurrogateImage> {
  await swapRootVolume(build, config, origin.instance);
  return { made: await createImage(build, config, origin), snapshots: [] };
}

async function registerSnapshots(
  build: AmazonBuild,
  config: EbssurrogateConfig,
  { instance, olds }: Origin,
): Promise<SurrogateImage> {
  const devices = config.launch_block_device_mappings.filter(
    (device) => !device.omit_from_artifact && !device.no_device,
  );
  const tags = tagsFor(build, config.snapshot_tags, config.snapshot_tag);
  const volumes = await Promise.all(
    devices.map(async (device) => ({
      deviceName: device.device_name,
      volumeId: await volumeOf(build, instance, device.device_name),
      description: config.snapshot_description,
      tags,
    })),
  );
  const naming = imageNaming(build, config, olds);
  const snapshots = await snapshotVolumes(build, volumes, naming);
  const create = async (TagSpecifications: RegisterImageCommandInput["TagSpecifications"]) => {
    const input = { ...registration(build, config, snapshots), Name: naming.name, TagSpecifications };
    const options = { young: true, once: true, pauses: build.run.signal };
    const { ImageId } = await build.cloud.ec2().call("RegisterImage", input, options);
    return ImageId!;
  };
  const parts = snapshots.map(({ owned }) => owned);
  return { made: await makeImage(build, config, { ...naming, create, parts }), snapshots };
}

/** The surrogate volume takes the place of the root device. */
export function registration(
  build: AmazonBuild,
  config: EbssurrogateConfig,
  snapshots: readonly MadeSnapshot[],
): Omit<RegisterImageCommandInput, "Name"> {
  const root = config.ami_root_device;
  const snapshotOf = new Map(snapshots.map(({ deviceName, id }) => [deviceName, id]));
  const { source_device_name: from, ...rootDevice } = root;
  const others = config.launch_block_device_mappings.filter(
    (device) => device.device_name !== from && !device.omit_from_artifact && !device.no_device,
  );
  const withSnapshot = [
    { ...rootDevice, snapshot_id: snapshotOf.get(from) },
    ...others.map((device) => ({ ...device, snapshot_id: snapshotOf.get(device.device_name) })),
  ];
  const added = config.ami_block_device_mappings.filter((device) => !device.omit_from_artifact);
  // A snapshot says itself whether it is encrypted.
  const mappings = withSnapshot.map((device) => ({ ...device, encrypted: undefined, kms_key_id: undefined }));
  return {
    Description: config.ami_description?.render(templateValues(build)),
    Architecture: config.ami_architecture,
    RootDeviceName: root.device_name,
    VirtualizationType: config.ami_virtualization_type ?? "hvm",
    BlockDeviceMappings: blockDeviceMappings([...mappings, ...added], build.source),
    EnaSupport: config.ena_support,
    SriovNetSupport: config.sriov_support ? "simple" : undefined,
    BootMode: config.boot_mode,
    UefiData: config.uefi_data,
    TpmSupport: config.tpm_support,
    ImdsSupport: config.imds_support,
  };
}
