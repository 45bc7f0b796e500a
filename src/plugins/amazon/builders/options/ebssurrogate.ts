import { communicatorFields, communicatorRenamed, communicatorRules } from "../../../../sdk/schema/communicator.ts";
import { block, blocks, choice, flag, text } from "../../../../sdk/schema/field.ts";
import { error, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf, type DecodedFields } from "../../../../sdk/schema/schema.ts";
import { accessFields, accessRules } from "../../aws/options/access.ts";
import { amiRules } from "./ami-rules.ts";
import { amiFields } from "./ami.ts";
import { blockDeviceFields, blockDeviceRules } from "./block-device.ts";
import { enhancedNetworkingRenamed } from "./enhanced-networking.ts";
import { runRules } from "./run-rules.ts";
import { runFields, runRenamed } from "./run.ts";

const rootDevice = defineSchema(
  {
    ...blockDeviceFields,
    source_device_name: text("Which device of `launch_block_device_mappings` becomes the root of the image."),
    device_name: text("Name of the root device in the image, such as `/dev/xvda`."),
  },
  { rules: blockDeviceRules },
);

const launchDevice = defineSchema(
  { ...blockDeviceFields, omit_from_artifact: flag("Leave the volume out of the image.").default(false) },
  { rules: blockDeviceRules },
);

const deviceFields = {
  launch_block_device_mappings: blocks(launchDevice, "A device of the machine the image is made on.").min(1),
  ami_root_device: block(rootDevice, "The volume that becomes the root of the image."),
};

export const schema = defineSchema(
  {
    ...accessFields,
    ...communicatorFields,
    ...runFields,
    ...amiFields,
    ...deviceFields,
    ami_architecture: choice(
      ["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"],
      "Architecture of the image.",
    ).default("x86_64"),
    boot_mode: choice(["legacy-bios", "uefi", "uefi-preferred"], "How machines of the image boot.").optional(),
    uefi_data: text("UEFI variable store, base64.").optional(),
    tpm_support: choice(["v2.0"], "Virtual TPM of machines of the image.").optional(),
    use_create_image: flag(
      "Put the volume in the root's place and let EC2 image the machine, which keeps billing codes.",
    ).default(false),
    snapshot_description: text("Description of the snapshots.").optional(),
  },
  {
    rules: [
      ...accessRules,
      ...communicatorRules(),
      ...runRules,
      ...amiRules,
      rule(deviceFields, ["ami_root_device", "launch_block_device_mappings"], sourceIsLaunched),
    ],
    renamed: { ...communicatorRenamed, ...runRenamed, ...enhancedNetworkingRenamed },
  },
);
export type EbssurrogateConfig = ConfigOf<typeof schema>;

function sourceIsLaunched({
  ami_root_device: { source_device_name: wanted },
  launch_block_device_mappings: launched,
}: DecodedFields<typeof deviceFields>): ConfigIssue[] {
  const source = launched.find(({ device_name }) => device_name === wanted);
  if (!source) return [wrongSource(`No launch_block_device_mappings block has device_name = "${wanted}".`)];
  if (!source.omit_from_artifact) return [];
  return [wrongSource(`"${wanted}" becomes the root of the image, and omit_from_artifact leaves it out.`)];
}

function wrongSource(detail: string): ConfigIssue {
  return error("invalid-argument", ["ami_root_device", "source_device_name"], "Invalid value", detail);
}
