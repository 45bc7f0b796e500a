import { block, blocks, choice, flag, integer, late, list, map, text } from "../../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { TAG_VALUES, tagFields } from "../../aws/options/tags.ts";
import { blockDevice } from "./block-device.ts";
import { enhancedNetworkingFields } from "./enhanced-networking.ts";
import { fastLaunch } from "./fast-launch.ts";

const protection = defineSchema({
  enabled: flag("Protect the image against deregistration.").default(false),
  with_cooldown: flag(
    "Keep it protected for a day after protection is switched off. Protects the image by itself, whatever `enabled` says.",
  ).default(false),
});

/** The image that comes out. Shared by every builder that registers one. */
export const amiFields = {
  ami_name: text("Name of the image: 3 to 128 of letters, digits, spaces and `()[]./-'@_`."),
  ami_description: late(TAG_VALUES, "Description of the image. A template with the values of `tags`.").optional(),
  ami_virtualization_type: choice(["paravirtual", "hvm"], "Virtualization type of the image.").optional(),
  ami_users: list(text("An account id."), "Accounts that may launch the image.").default([]),
  ami_groups: list(text("A group."), "Groups that may launch the image; `all` makes it public.").default([]),
  ami_org_arns: list(text("An ARN."), "Organizations that may launch the image.").default([]),
  ami_ou_arns: list(text("An ARN."), "Organizational units that may launch the image.").default([]),
  ami_product_codes: list(text("A code."), "Product codes of the image.").default([]),
  ami_regions: list(text("A region."), "Regions to copy the image to.").default([]),
  snapshot_copy_duration_minutes: integer(
    "Time-based copy: minutes within which each copy is to be complete.",
  ).optional(),
  encrypt_boot: flag("Encrypt the image, or make sure that it is not.").optional(),
  kms_key_id: text("Key to encrypt with in the build region, by id, ARN or alias.").optional(),
  region_kms_key_ids: map(text("A key id, ARN or alias."), "Keys to encrypt the copies with, by region.").default({}),
  skip_save_build_region: flag("Keep only the copies, not the image in the build region.").default(false),
  skip_create_ami: flag("Run everything but make no image.").default(false),
  force_deregister: flag("Replace an image of the same name, once the new one is available.").default(false),
  force_delete_snapshot: flag("Delete the snapshots of a replaced image too.").default(false),
  ...tagFields("tag", "the image and its snapshots"),
  ...tagFields("snapshot_tag", "the snapshots; they win over `tags`"),
  skip_ami_run_tags: flag("Do not put `run_tags` on the image.").default(false),
  snapshot_users: list(text("An account id."), "Accounts that may make volumes from the snapshots.").default([]),
  snapshot_groups: list(text("A group."), "Groups that may make volumes from the snapshots.").default([]),
  deprecate_at: text("When the image counts as deprecated, as RFC 3339 date and time.").optional(),
  deregistration_protection: block(protection, "Protection against deregistration.").optional(),
  imds_support: choice(["v2.0"], "`v2.0`: machines launched from the image use IMDSv2 by default.").optional(),
  ...enhancedNetworkingFields,
  ami_block_device_mappings: blocks(blockDevice, "A device that the image maps.").default([]),
  launch_block_device_mappings: blocks(blockDevice, "A device of the machine the image is made on.").default([]),
  fast_launch: block(fastLaunch, "Fast launch of Windows images.").optional(),
};

const amiSchema = defineSchema(amiFields);
export type AmiConfig = ConfigOf<typeof amiSchema>;

/** A cool-down makes sense only with protection, and so asks for it. */
export function isProtectionWanted({ deregistration_protection: protection }: AmiConfig): boolean {
  return protection !== undefined && (protection.enabled || protection.with_cooldown);
}

/** Any setting of `fast_launch` asks for it. */
export function isFastLaunchWanted({ fast_launch: config }: AmiConfig): boolean {
  if (config === undefined) return false;
  const { enable_fast_launch, region_launch_templates, ...settings } = config;
  const isSet = Object.values(settings).some((value) => value !== undefined);
  return enable_fast_launch || region_launch_templates.length > 0 || isSet;
}
