import { accessFields, accessRules } from "../../aws/options/access.ts";
import { communicatorFields, communicatorRenamed, communicatorRules } from "../../../../sdk/schema/communicator.ts";
import { block, blocks, choice, flag, text } from "../../../../sdk/schema/field.ts";
import { error, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { amiFields, amiRenamed, amiRules } from "./ami.ts";
import { blockDeviceFields, blockDeviceRules } from "./block-device.ts";
import { runFields, runRenamed, runRules } from "./run.ts";

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

export const ebssurrogateSchema = defineSchema(
  {
    ...accessFields,
    ...communicatorFields,
    ...runFields,
    ...amiFields,
    launch_block_device_mappings: blocks(launchDevice, "A device of the machine the image is made on.").min(1),
    ami_root_device: block(rootDevice, "The volume that becomes the root of the image."),
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
      rule(["ami_root_device", "launch_block_device_mappings"], sourceIsLaunched),
    ],
    renamed: { ...communicatorRenamed, ...runRenamed, ...amiRenamed },
  },
);
export type EbssurrogateConfig = ConfigOf<typeof ebssurrogateSchema>;

interface Devices {
  readonly ami_root_device?: { readonly source_device_name: string };
  readonly launch_block_device_mappings?: readonly { device_name: string; omit_from_artifact: boolean }[];
}

function sourceIsLaunched(config: Readonly<Record<string, unknown>>): ConfigIssue[] {
  const { ami_root_device: root, launch_block_device_mappings: launched = [] } = config as Devices;
  const wanted = root?.source_device_name;
  const source = launched.find(({ device_name }) => device_name === wanted);
  if (wanted === undefined || (source && !source.omit_from_artifact)) return [];
  const detail = source
    ? `"${wanted}" becomes the root of the image, and omit_from_artifact leaves it out.`
    : `No launch_block_device_mappings block has device_name = "${wanted}".`;
  return [error("invalid-argument", ["ami_root_device", "source_device_name"], "Invalid value", detail)];
}
