import { communicatorFields, communicatorRenamed, communicatorRules } from "../../../../sdk/schema/communicator.ts";
import { block, blocks, choice, flag, text } from "../../../../sdk/schema/field.ts";
import { conflict, error, rule } from "../../../../sdk/schema/rules.ts";
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

const omitted = flag("Leave the volume out of the image.").default(false);
const launchDevice = defineSchema({ ...blockDeviceFields, omit_from_artifact: omitted }, { rules: blockDeviceRules });

const imageDevice = defineSchema({ ...blockDeviceFields, omit_from_artifact: omitted }, { rules: blockDeviceRules });

const deviceFields = {
  ami_block_device_mappings: blocks(imageDevice, "A device that the image maps.").default([]),
  launch_block_device_mappings: blocks(launchDevice, "A device of the machine the image is made on.").min(1),
  ami_root_device: block(rootDevice, "The volume that becomes the root of the image."),
};

const bootFields = {
  ami_architecture: choice(
    ["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"],
    "Architecture of the image.",
  ).default("x86_64"),
  boot_mode: choice(["legacy-bios", "uefi", "uefi-preferred"], "How machines of the image boot.").optional(),
  uefi_data: text("UEFI variable store, base64.").optional(),
};

export const schema = defineSchema(
  {
    ...accessFields,
    ...communicatorFields,
    ...runFields,
    ...amiFields,
    ...deviceFields,
    ...bootFields,
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
      rule(bootFields, ["ami_architecture", "boot_mode", "uefi_data"], variablesNeedUefi),
      rule(deviceFields, ["ami_root_device", "launch_block_device_mappings"], sourceIsLaunched),
    ],
    renamed: { ...communicatorRenamed, ...runRenamed, ...enhancedNetworkingRenamed },
  },
);
export type EbssurrogateConfig = ConfigOf<typeof schema>;

function sourceIsLaunched({
  ami_root_device: { source_device_name: wanted },
  launch_block_device_mappings: launched,
}: DecodedFields<typeof deviceFields, "ami_root_device" | "launch_block_device_mappings">): ConfigIssue[] {
  const source = launched.find(({ device_name }) => device_name === wanted);
  if (!source) return [wrongSource(`No launch_block_device_mappings block has device_name = "${wanted}".`)];
  if (!source.omit_from_artifact) return [];
  return [wrongSource(`"${wanted}" becomes the root of the image, and omit_from_artifact leaves it out.`)];
}

function variablesNeedUefi(args: DecodedFields<typeof bootFields>): ConfigIssue[] {
  const { ami_architecture: architecture, boot_mode: mode = architecture === "arm64" ? "uefi" : "legacy-bios" } = args;
  if (!args.uefi_data || mode !== "legacy-bios") return [];
  const detail = `uefi_data needs boot_mode = "uefi"; ${architecture} images boot with "legacy-bios" otherwise.`;
  return [conflict(["uefi_data"], detail)];
}

function wrongSource(detail: string): ConfigIssue {
  return error("invalid-argument", ["ami_root_device", "source_device_name"], "Invalid value", detail);
}
