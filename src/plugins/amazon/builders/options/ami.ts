import { block, blocks, choice, flag, integer, late, list, map, text } from "../../../../sdk/schema/field.ts";
import { conflict, error, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { isSpotWanted, SPOT } from "./run.ts";
import { blockDevice } from "./block-device.ts";
import { tagFields } from "../../aws/options/tags.ts";

type Values = Readonly<Record<string, unknown>>;

const protection = defineSchema({
  enabled: flag("Protect the image against deregistration.").default(false),
  with_cooldown: flag("Keep it protected for a day after protection is switched off.").default(false),
});

const launchTemplate = defineSchema({
  region: text("The region this launch template is for."),
  enable_launch: flag("Whether fast launch is switched on in the region.").default(true),
  template_id: text("Launch template, by id.").optional(),
  template_name: text("Launch template, by name.").optional(),
  template_version: integer("Version of the launch template.").optional(),
});

const fastLaunch = defineSchema({
  enable_fast_launch: flag("Prepare Windows images for fast launch.").default(false),
  template_id: text("Launch template, by id.").optional(),
  template_name: text("Launch template, by name.").optional(),
  template_version: integer("Version of the launch template.").optional(),
  region_launch_templates: blocks(launchTemplate, "The launch template of one region.").default([]),
  max_parallel_launches: integer("Instances launched at a time to make snapshots.").min(6).optional(),
  target_resource_count: integer("Snapshots kept ready.").min(1).optional(),
});

/** The image that comes out. Shared by every builder that registers one. */
export const amiFields = {
  ami_name: text("Name of the image: 3 to 128 of letters, digits, spaces and `()[]./-'@_`."),
  ami_description: late("Description of the image. A template with the values of `tags`.").optional(),
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
  ena_support: flag("Enhanced networking with the Elastic Network Adapter.").optional(),
  sriov_support: flag("Enhanced networking with the Intel 82599 virtual function.").default(false),
  ami_block_device_mappings: blocks(blockDevice, "A device that the image maps.").default([]),
  launch_block_device_mappings: blocks(blockDevice, "A device of the machine the image is made on.").default([]),
  fast_launch: block(fastLaunch, "Fast launch of Windows images.").optional(),
};

export const amiRenamed = { enhanced_networking: "ena_support" } as const;

/** Also of amazon-ebsvolume. */
export const spotIsNotModified = rule(["ena_support", "sriov_support", ...SPOT], spotCannotBeModified);

export const amiRules = [
  rule(["ami_name"], nameIsAllowed),
  rule(["deprecate_at"], isTime),
  rule(["ami_regions", "region_kms_key_ids"], keysMatchRegions),
  rule(
    ["encrypt_boot", "kms_key_id", "ami_users", "ami_groups", "snapshot_users", "region_kms_key_ids"],
    encryptedCannotBePublic,
  ),
  rule(["encrypt_boot", "kms_key_id"], keyNeedsEncryption),
  rule(["skip_save_build_region", "ami_regions"], someImageIsKept),
  spotIsNotModified,
  rule(["fast_launch", "ami_regions", "region"], fastLaunchFits),
];

function nameIsAllowed({ ami_name: name }: Values): ConfigIssue[] {
  if (typeof name !== "string") return [];
  if (name.length < 3 || name.length > 128) {
    return [
      error(
        "invalid-argument",
        ["ami_name"],
        "Invalid value",
        `ami_name must have 3 to 128 characters; "${name}" has ${name.length}.`,
      ),
    ];
  }
  const [wrong] = /[^a-zA-Z0-9()[\] ./\-'@_]/.exec(name) ?? [];
  if (wrong === undefined) return [];
  const detail = `ami_name may hold letters, digits, spaces and ()[]./-'@_, and "${wrong}" is none of them. {{clean_resource_name \`…\`}} replaces what is not allowed.`;
  return [error("invalid-argument", ["ami_name"], "Invalid value", detail)];
}

function isTime({ deprecate_at: text }: Values): ConfigIssue[] {
  if (typeof text !== "string") return [];
  const fits =
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
  if (fits) return [];
  return [
    error(
      "invalid-argument",
      ["deprecate_at"],
      "Invalid value",
      `deprecate_at must be a date and time such as "2027-01-31T00:00:00Z", not "${text}".`,
    ),
  ];
}

function keysMatchRegions({ ami_regions: regions, region_kms_key_ids: keys }: Values): ConfigIssue[] {
  const wanted = new Set((regions as readonly string[] | undefined) ?? []);
  const keyed = Object.keys((keys as Record<string, string> | undefined) ?? {});
  if (keyed.length === 0) return [];
  const extra = keyed.find((region) => !wanted.has(region));
  const missing = [...wanted].find((region) => !keyed.includes(region));
  if (extra === undefined && missing === undefined) return [];
  const detail =
    extra !== undefined
      ? `"${extra}" has a key but is not in ami_regions.`
      : `"${missing}" is in ami_regions but has no key.`;
  return [conflict(["region_kms_key_ids"], `region_kms_key_ids must name the regions of ami_regions: ${detail}`)];
}

function encryptedCannotBePublic(config: Values): ConfigIssue[] {
  if (config["encrypt_boot"] !== true) return [];
  const groups = (config["ami_groups"] as readonly string[] | undefined) ?? [];
  const shared = ["ami_users", "snapshot_users"].find((name) => ((config[name] ?? []) as readonly string[]).length > 0);
  if (groups.length > 0) {
    return [conflict(["ami_groups"], "An encrypted image cannot be shared with groups.")];
  }
  if (
    shared !== undefined &&
    !config["kms_key_id"] &&
    Object.keys((config["region_kms_key_ids"] as object | undefined) ?? {}).length === 0
  ) {
    const detail =
      "An image encrypted with the account's default key cannot be shared. Set kms_key_id to a key that the other accounts may use.";
    return [conflict([shared], detail)];
  }
  return [];
}

function keyNeedsEncryption({ encrypt_boot: encrypt, kms_key_id: key }: Values): ConfigIssue[] {
  if (key === undefined || key === "" || encrypt === true) return [];
  return [
    error(
      "missing-argument",
      ["encrypt_boot"],
      "Missing argument",
      '"kms_key_id" has no effect without encrypt_boot = true.',
    ),
  ];
}

function someImageIsKept({ skip_save_build_region: skips, ami_regions: regions }: Values): ConfigIssue[] {
  if (skips !== true || ((regions as readonly string[] | undefined) ?? []).length > 0) return [];
  const detail = "skip_save_build_region keeps only the copies, and ami_regions names no region to copy to.";
  return [error("missing-argument", ["skip_save_build_region"], "Missing argument", detail)];
}

function spotCannotBeModified(config: Values): ConfigIssue[] {
  const name =
    config["ena_support"] !== undefined
      ? "ena_support"
      : config["sriov_support"] === true
        ? "sriov_support"
        : undefined;
  if (name === undefined || !isSpotWanted(config)) return [];
  const detail = `${name} is changed while the machine is stopped, and a spot instance cannot be stopped. Start from an image that has it.`;
  return [conflict([name], detail)];
}

interface TemplateChoice {
  readonly region?: string;
  readonly template_id?: string;
  readonly template_name?: string;
  readonly template_version?: number;
  readonly region_launch_templates?: readonly TemplateChoice[];
}

function fastLaunchFits({ fast_launch: fast, ami_regions: regions, region: own }: Values): ConfigIssue[] {
  if (fast === undefined) return [];
  const config = fast as TemplateChoice;
  const each = config.region_launch_templates ?? [];
  const issues = templateIsOne(config, ["fast_launch"]);
  for (const [index, choice] of each.entries()) {
    const path = ["fast_launch", "region_launch_templates", index] as const;
    issues.push(...templateIsOne(choice, path));
    const known = [own, ...((regions ?? []) as readonly unknown[])];
    if (own === undefined || known.includes(choice.region)) continue;
    const detail = `"${choice.region}" gets no image: it is neither the build region nor in ami_regions.`;
    issues.push(error("invalid-argument", [...path, "region"], "Invalid value", detail));
  }
  return issues;
}

function templateIsOne(choice: TemplateChoice, path: readonly (string | number)[]): ConfigIssue[] {
  const { template_id: id, template_name: name, template_version: version } = choice;
  if (id && name) {
    const detail = "A launch template has either template_id or template_name.";
    return [conflict([...path, "template_name"], detail)];
  }
  if (version === undefined || id || name) return [];
  const detail = "template_version needs template_id or template_name.";
  return [error("missing-argument", [...path, "template_version"], "Missing argument", detail)];
}

const amiSchema = defineSchema(amiFields);
export type AmiConfig = ConfigOf<typeof amiSchema>;
