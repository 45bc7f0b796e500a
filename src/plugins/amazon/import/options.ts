import { imageNameIssues } from "../aws/image-name.ts";
import { accessFields, accessRules } from "../aws/options/access.ts";
import { plainTagFields } from "../aws/options/tags.ts";
import { choice, defaultText, flag, late, list, text } from "../../../sdk/schema/field.ts";
import { conflict, error, rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf, type DecodedFields } from "../../../sdk/schema/schema.ts";

const FORMATS = ["ova", "raw", "vmdk", "vhd", "vhdx"] as const;

const fields = {
  ...accessFields,
  s3_bucket_name: text("Bucket to upload to. The role `vmimport` has to be able to read it."),
  s3_key_name: defaultText(late([], "Name of the object."), "`packer-import-{{ timestamp }}.FORMAT`").optional(),
  s3_encryption: choice(["AES256", "aws:kms"], "Encryption of the object.").optional(),
  s3_encryption_key: text("KMS key of the object.").optional(),
  skip_clean: flag("Leave the uploaded file in the bucket.").default(false),
  format: choice(FORMATS, "Format of the file to import.").default("ova"),
  ami_name: text("Name of the image. Without it the image keeps the name that the import gives it.").optional(),
  ami_description: text("Description of the image.").optional(),
  ami_users: list(text("An account id."), "Accounts that may launch the image.").default([]),
  ami_groups: list(text("A group."), "Groups that may launch the image.").default([]),
  ami_org_arns: list(text("An ARN."), "Organizations that may launch the image.").default([]),
  ami_ou_arns: list(text("An ARN."), "Organizational units that may launch the image.").default([]),
  ami_encrypt: flag("Encrypt the image.").default(false),
  ami_kms_key: text("Key to encrypt with.").optional(),
  license_type: choice(["AWS", "BYOL"], "Whose licence the operating system runs under.").optional(),
  role_name: defaultText(text("Role the import runs as.").optional(), "`vmimport`"),
  architecture: choice(["i386", "x86_64", "arm64"], "Architecture of the image.").default("x86_64"),
  boot_mode: defaultText(
    choice(["legacy-bios", "uefi"], "How machines of the image boot. `uefi` needs `platform`.").optional(),
    "`uefi` for arm64, else `legacy-bios`",
  ),
  platform: choice(["windows", "linux"], "Operating system, where the import cannot tell.").optional(),
  imds_support: choice(["v2.0"], "`v2.0`: machines launched from the image use IMDSv2 by default.").optional(),
  ...plainTagFields("tag", "the image and its snapshots"),
  keep_input_artifact: flag("Keep the files that were imported.").optional(),
};

const plain = defineSchema(fields);

export const schema = defineSchema(fields, {
  rules: [
    ...accessRules,
    rule(fields, ["ami_name"], ({ ami_name: name }) => (name === undefined ? [] : doubtsAbout(name))),
    rule(fields, ["architecture", "boot_mode", "platform"], bootFits),
    rule(fields, ["ami_encrypt", "ami_kms_key"], ({ ami_encrypt, ami_kms_key }) => {
      if (ami_kms_key === undefined || ami_encrypt) return [];
      const detail = '"ami_kms_key" has no effect without ami_encrypt = true.';
      return [error("missing-argument", ["ami_kms_key"], "Missing argument", detail)];
    }),
  ],
});
export type ImportConfig = ConfigOf<typeof schema>;

/** Packer takes such a name, and Amazon refuses it once the file is uploaded and imported. */
function doubtsAbout(name: string): readonly ConfigIssue[] {
  return imageNameIssues(name).map((issue) => ({ ...issue, severity: "warning" }));
}

type Boot = Pick<ConfigOf<typeof plain>, "architecture" | "boot_mode">;

/** Graviton machines know nothing but UEFI. */
export function bootModeOf({ architecture, boot_mode }: Boot): "legacy-bios" | "uefi" {
  return boot_mode ?? (architecture === "arm64" ? "uefi" : "legacy-bios");
}

function bootFits(args: Boot & DecodedFields<typeof fields, "platform">): ConfigIssue[] {
  const mode = bootModeOf(args);
  if (args.architecture === "arm64" && mode !== "uefi") {
    return [conflict(["boot_mode"], `arm64 images boot with "uefi" only.`)];
  }
  if (mode !== "uefi" || args.platform !== undefined) return [];
  const detail = `An image that boots with UEFI is imported only where platform says what is in it: "windows" or "linux".`;
  return [error("missing-argument", ["platform"], "Missing argument", detail)];
}
