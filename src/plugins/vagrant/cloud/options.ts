import { defaultText, flag, late, sensitive, text } from "../../../sdk/schema/field.ts";
import { error, rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf } from "../../../sdk/schema/schema.ts";

export const DEFAULT_URL = "https://vagrantcloud.com/api/v2";

const fields = {
  box_tag: text("The box on Vagrant Cloud as `user/name`. It must exist."),
  version: text("The version to publish; made if the box lacks it."),
  version_description: text("Description of the version, Markdown.").optional(),
  no_release: flag("Upload only, and leave the version unreleased.").default(false),
  access_token: defaultText(
    sensitive(text("Token of an account that may write to the box.").optional()),
    "the environment's `VAGRANT_CLOUD_TOKEN`, then `ATLAS_TOKEN`",
  ),
  vagrant_cloud_url: text("Address of the service.").default(DEFAULT_URL),
  insecure_skip_tls_verify: flag("Accept any certificate. Ignored for the default address.").default(false),
  box_download_url: late(
    ["ArtifactId", "Provider", "Architecture"],
    "Where the box can be had: it is then not uploaded. A template with `{{.ArtifactId}}`, `{{.Provider}}` and `{{.Architecture}}`.",
  ).optional(),
  no_direct_upload: flag("Upload through the service rather than straight to its object store.").default(false),
  box_checksum: defaultText(
    text("Checksum of the box as `type:digest`.").optional(),
    "sha256 of the box, where it is uploaded",
  ),
  architecture: defaultText(text("The architecture of the box.").optional(), "what the box says"),
  default_architecture: text("The architecture of the box that clients get who do not ask for one.").optional(),
};

export const schema = defineSchema(fields, {
  rules: [
    rule(fields, ["box_tag"], ({ box_tag }) => tagIssues(box_tag)),
    rule(fields, ["box_checksum"], ({ box_checksum }) => checksumIssues(box_checksum)),
  ],
});

export type VagrantCloudConfig = ConfigOf<typeof schema>;

function tagIssues(box_tag: string): ConfigIssue[] {
  if (/^[^/\s]+\/[^/\s]+$/.test(box_tag)) return [];
  const detail = `box_tag must look like "user/name", not "${box_tag}".`;
  return [error("invalid-argument", ["box_tag"], "Invalid value", detail)];
}

function checksumIssues(box_checksum: string | undefined): ConfigIssue[] {
  if (box_checksum === undefined || /^[a-z0-9]+:[0-9a-fA-F]+$/.test(box_checksum)) return [];
  const detail = `box_checksum must look like "sha256:0123abcd…", not "${box_checksum}".`;
  return [error("invalid-argument", ["box_checksum"], "Invalid value", detail)];
}
