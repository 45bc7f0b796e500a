import { conflict, error, rule, warning } from "../../../../sdk/schema/rules.ts";
import type { ConfigIssue, DecodedFields } from "../../../../sdk/schema/schema.ts";
import { isAmazon, regionIssues } from "../../aws/check-names.ts";
import { imageNameIssues } from "../../aws/image-name.ts";
import { accessFields } from "../../aws/options/access.ts";
import { amiFields } from "./ami.ts";
import { spotIsNotModified } from "./enhanced-networking.ts";
import type { FastLaunchConfig } from "./fast-launch.ts";

type AmiArguments<Name extends keyof typeof amiFields> = DecodedFields<typeof amiFields, Name>;

const SHARED = ["ami_users", "ami_org_arns", "ami_ou_arns", "snapshot_users"] as const;

export const amiRules = [
  rule(amiFields, ["ami_name"], ({ ami_name: name }) => imageNameIssues(name)),
  rule(amiFields, ["deprecate_at"], isTime),
  rule(amiFields, ["ami_regions", "region_kms_key_ids"], keysMatchRegions),
  rule(
    amiFields,
    ["encrypt_boot", "kms_key_id", "region_kms_key_ids", "ami_regions", "ami_groups", ...SHARED],
    encryptedCannotBePublic,
  ),
  rule(amiFields, ["encrypt_boot", "kms_key_id", "region_kms_key_ids"], keyNeedsEncryption),
  rule(amiFields, ["kms_key_id", "region_kms_key_ids"], keysLookRight),
  rule(amiFields, ["skip_save_build_region", "ami_regions"], someImageIsKept),
  rule({ ...amiFields, ...accessFields }, ["ami_regions", "skip_region_validation", "custom_endpoint_ec2"], (args) => {
    if (!isAmazon(args) || args.skip_region_validation) return [];
    return args.ami_regions.flatMap((region, index) => regionIssues(region, ["ami_regions", index]));
  }),
  spotIsNotModified,
  rule(amiFields, ["force_delete_snapshot", "force_deregister"], deletingNeedsReplacing),
  rule({ ...accessFields, ...amiFields }, ["fast_launch", "ami_regions", "region"], (args) => {
    if (args.region === undefined) return [];
    return templatesAreForImages(args.fast_launch, [args.region, ...args.ami_regions]);
  }),
];

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function isTime({ deprecate_at: text }: AmiArguments<"deprecate_at">): ConfigIssue[] {
  if (text === undefined || (TIME.test(text) && !Number.isNaN(Date.parse(text)))) return [];
  const detail = `deprecate_at must be a date and time such as "2027-01-31T00:00:00Z", not "${text}".`;
  return [invalid("deprecate_at", detail)];
}

function keysMatchRegions({
  ami_regions: regions,
  region_kms_key_ids: keys,
}: AmiArguments<"ami_regions" | "region_kms_key_ids">): ConfigIssue[] {
  const keyed = Object.keys(keys);
  if (keyed.length === 0) return [];
  const extra = keyed.find((region) => !regions.includes(region));
  if (extra !== undefined) return [keysDiffer(`"${extra}" has a key but is not in ami_regions.`)];
  const missing = regions.find((region) => !keyed.includes(region));
  if (missing !== undefined) return [keysDiffer(`"${missing}" is in ami_regions but has no key.`)];
  return [];
}

function keysDiffer(how: string): ConfigIssue {
  return conflict(["region_kms_key_ids"], `region_kms_key_ids must name the regions of ami_regions: ${how}`);
}

type Encryption = "encrypt_boot" | "kms_key_id" | "region_kms_key_ids" | "ami_regions";
type Sharing = "ami_groups" | (typeof SHARED)[number];

function encryptedCannotBePublic(args: AmiArguments<Encryption | Sharing>): ConfigIssue[] {
  if (!args.encrypt_boot) return [];
  if (args.ami_groups.length > 0) {
    return [conflict(["ami_groups"], "An encrypted image cannot be shared with groups.")];
  }
  const shared = SHARED.find((name) => args[name].length > 0);
  if (shared === undefined) return [];
  const keys = args.region_kms_key_ids;
  const isKeyed = Boolean(args.kms_key_id) || Object.keys(keys).length > 0;
  if (!isKeyed) {
    const detail =
      "An image encrypted with the account's default key cannot be shared. Set kms_key_id to a key that the other accounts may use.";
    return [conflict([shared], detail)];
  }
  const without = args.ami_regions.filter((region) => !keys[region]);
  if (without.length === 0) return [];
  const detail = `The copies in ${without.join(", ")} are encrypted with the account's default key there, and such an image cannot be shared. Name a key for each region in region_kms_key_ids.`;
  return [conflict([shared], detail)];
}

function keyNeedsEncryption(args: AmiArguments<"encrypt_boot" | "kms_key_id" | "region_kms_key_ids">): ConfigIssue[] {
  if (args.encrypt_boot) return [];
  const named = {
    kms_key_id: args.kms_key_id,
    region_kms_key_ids: Object.values(args.region_kms_key_ids).find(Boolean),
  };
  const [name] = Object.entries(named).find(([, key]) => key) ?? [];
  if (name === undefined) return [];
  return [missing("encrypt_boot", `"${name}" has no effect without encrypt_boot = true.`)];
}

/** Key id, id of a multi-region key, alias, or the ARN of one of them (KMS developer guide, "Key identifiers"). */
const KEY_ID = "((mrk-)?[0-9a-f][0-9a-f-]+|alias/[\\w:/-]+)";
const KEY = new RegExp(`^(${KEY_ID}|arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:(key/)?${KEY_ID})$`);

function keysLookRight(args: AmiArguments<"kms_key_id" | "region_kms_key_ids">): ConfigIssue[] {
  const regional = Object.entries(args.region_kms_key_ids).map(([region, key]) => [
    ["region_kms_key_ids", region],
    key,
  ]);
  const all = [[["kms_key_id"], args.kms_key_id], ...regional] as [string[], string | undefined][];
  return all.flatMap(([path, key]) => {
    if (!key || KEY.test(key)) return [];
    const detail = `"${key}" is no KMS key: name one by id, by alias ("alias/…") or by ARN.`;
    return [error("invalid-argument", path, "Invalid value", detail)];
  });
}

function deletingNeedsReplacing(args: AmiArguments<"force_delete_snapshot" | "force_deregister">): ConfigIssue[] {
  if (!args.force_delete_snapshot || args.force_deregister) return [];
  const detail = "force_delete_snapshot has an effect only with force_deregister = true, or with the flag -force.";
  return [warning("ignored-argument", ["force_delete_snapshot"], "Ignored argument", detail)];
}

function someImageIsKept({
  skip_save_build_region: skips,
  ami_regions: regions,
}: AmiArguments<"skip_save_build_region" | "ami_regions">): ConfigIssue[] {
  if (!skips || regions.length > 0) return [];
  const detail = "skip_save_build_region keeps only the copies, and ami_regions names no region to copy to.";
  return [missing("skip_save_build_region", detail)];
}

/** `regions`: where an image comes to be. */
function templatesAreForImages(config: FastLaunchConfig | undefined, regions: readonly string[]): ConfigIssue[] {
  const named = (config?.region_launch_templates ?? []).map(({ region }) => region);
  return named.flatMap((region, index) => {
    const path = ["fast_launch", "region_launch_templates", index, "region"];
    const isRepeated = named.indexOf(region) < index;
    if (isRepeated) return [conflict(path, `"${region}" has a launch template already.`)];
    if (regions.includes(region)) return [];
    const detail = `"${region}" gets no image: it is neither the build region nor in ami_regions.`;
    return [error("invalid-argument", path, "Invalid value", detail)];
  });
}

function invalid(name: keyof typeof amiFields, detail: string): ConfigIssue {
  return error("invalid-argument", [name], "Invalid value", detail);
}

function missing(name: keyof typeof amiFields, detail: string): ConfigIssue {
  return error("missing-argument", [name], "Missing argument", detail);
}
