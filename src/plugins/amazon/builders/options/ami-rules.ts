import { conflict, error, rule, warning } from "../../../../sdk/schema/rules.ts";
import type { ConfigIssue, DecodedFields } from "../../../../sdk/schema/schema.ts";
import { accessFields } from "../../aws/options/access.ts";
import { amiFields } from "./ami.ts";
import { spotIsNotModified } from "./enhanced-networking.ts";
import type { FastLaunchConfig } from "./fast-launch.ts";

type AmiArguments<Name extends keyof typeof amiFields> = DecodedFields<typeof amiFields, Name>;

export const amiRules = [
  rule(amiFields, ["ami_name"], nameIsAllowed),
  rule(amiFields, ["deprecate_at"], isTime),
  rule(amiFields, ["ami_regions", "region_kms_key_ids"], keysMatchRegions),
  rule(
    amiFields,
    ["encrypt_boot", "kms_key_id", "ami_users", "ami_groups", "snapshot_users", "region_kms_key_ids"],
    encryptedCannotBePublic,
  ),
  rule(amiFields, ["encrypt_boot", "kms_key_id"], keyNeedsEncryption),
  rule(amiFields, ["skip_save_build_region", "ami_regions"], someImageIsKept),
  spotIsNotModified,
  rule(amiFields, ["force_delete_snapshot", "force_deregister"], deletingNeedsReplacing),
  rule({ ...accessFields, ...amiFields }, ["fast_launch", "ami_regions", "region"], (args) => {
    if (args.region === undefined) return [];
    return templatesAreForImages(args.fast_launch, [args.region, ...args.ami_regions]);
  }),
];

function nameIsAllowed({ ami_name: name }: AmiArguments<"ami_name">): ConfigIssue[] {
  if (name.length < 3 || name.length > 128) {
    return [invalid("ami_name", `ami_name must have 3 to 128 characters; "${name}" has ${name.length}.`)];
  }
  const [wrong] = /[^a-zA-Z0-9()[\] ./\-'@_]/.exec(name) ?? [];
  if (wrong === undefined) return [];
  const detail = `ami_name may hold letters, digits, spaces and ()[]./-'@_, and "${wrong}" is none of them. {{clean_resource_name \`…\`}} replaces what is not allowed.`;
  return [invalid("ami_name", detail)];
}

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

type Encryption = "encrypt_boot" | "kms_key_id" | "region_kms_key_ids";
type Sharing = "ami_users" | "ami_groups" | "snapshot_users";

function encryptedCannotBePublic(args: AmiArguments<Encryption | Sharing>): ConfigIssue[] {
  if (!args.encrypt_boot) return [];
  if (args.ami_groups.length > 0) {
    return [conflict(["ami_groups"], "An encrypted image cannot be shared with groups.")];
  }
  const shared = (["ami_users", "snapshot_users"] as const).find((name) => args[name].length > 0);
  const hasKey = args.kms_key_id || Object.keys(args.region_kms_key_ids).length > 0;
  if (shared === undefined || hasKey) return [];
  const detail =
    "An image encrypted with the account's default key cannot be shared. Set kms_key_id to a key that the other accounts may use.";
  return [conflict([shared], detail)];
}

function keyNeedsEncryption({ encrypt_boot, kms_key_id }: AmiArguments<"encrypt_boot" | "kms_key_id">): ConfigIssue[] {
  if (!kms_key_id || encrypt_boot) return [];
  return [missing("encrypt_boot", '"kms_key_id" has no effect without encrypt_boot = true.')];
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
  const templates = config?.region_launch_templates ?? [];
  return templates.flatMap(({ region }, index) => {
    if (regions.includes(region)) return [];
    const path = ["fast_launch", "region_launch_templates", index, "region"];
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
