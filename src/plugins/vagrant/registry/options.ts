import { defaultText, flag, late, sensitive, text } from "../../../sdk/schema/field.ts";
import { error, requires, rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf } from "../../../sdk/schema/schema.ts";

const DEFAULT_API = "https://api.cloud.hashicorp.com";
const DEFAULT_AUTH = "https://auth.idp.hashicorp.com";

const fields = {
  box_tag: text(
    "The box in the registry as `registry/name`. The registry must exist; the box is made where it is missing.",
  ),
  box_description: text("Description of a box that is made, Markdown.").optional(),
  box_private: flag("A box that is made is private.").default(false),
  version: text("The version to publish; made where the box lacks it."),
  version_description: text("Description of the version, Markdown.").optional(),
  no_release: flag("Upload only, and leave the version unreleased.").default(false),
  architecture: defaultText(text("The architecture of the box.").optional(), "what the box says"),
  default_architecture: text("The architecture of the box that clients get who do not ask for one.").optional(),
  client_id: defaultText(
    text("Client id of an HCP service principal.").optional(),
    "the environment's `HCP_CLIENT_ID`",
  ),
  client_secret: defaultText(
    sensitive(text("Client secret of the service principal.").optional()),
    "the environment's `HCP_CLIENT_SECRET`",
  ),
  box_download_url: late(
    ["ArtifactId", "Provider", "Architecture"],
    "Where the box can be had: it is then not uploaded. A template with `{{.ArtifactId}}`, `{{.Provider}}` and `{{.Architecture}}`.",
  ).optional(),
  no_direct_upload: flag("Upload through the service rather than straight to its object store.").default(false),
  box_checksum: defaultText(
    text("Checksum of the box as `type:digest`.").optional(),
    "sha256 of the box, where it is uploaded",
  ),
  hcp_api_address: text("Address of the HCP API.").default(DEFAULT_API),
  hcp_auth_url: text("Address of the HCP identity provider.").default(DEFAULT_AUTH),
  insecure_skip_tls_verify: flag(
    "Accept any certificate of another hcp_api_address or hcp_auth_url than those of HCP itself.",
  ).default(false),
};

export const schema = defineSchema(fields, {
  rules: [
    rule(fields, ["box_tag"], ({ box_tag }) => tagIssues(box_tag)),
    rule(fields, ["box_checksum"], ({ box_checksum }) => checksumIssues(box_checksum)),
    rule(fields, ["hcp_auth_url"], ({ hcp_auth_url }) => authIssues(hcp_auth_url)),
    rule(fields, ["insecure_skip_tls_verify", "hcp_api_address"], certificateIssues),
    requires("client_id", "client_secret"),
    requires("client_secret", "client_id"),
  ],
});

export type VagrantRegistryConfig = ConfigOf<typeof schema>;

/** Packer takes an address without its scheme, too. */
export function urlOf(address: string): string {
  if (/^https?:\/\//i.test(address)) return address;
  return `https://${address}`;
}

/** The certificate of HCP itself is always verified: the client secret and the token go there. */
export function skipsTlsVerify(
  config: Pick<VagrantRegistryConfig, "insecure_skip_tls_verify">,
  address: string,
): boolean {
  return config.insecure_skip_tls_verify && !isHcpItself(address);
}

function isHcpItself(address: string): boolean {
  const url = urlOf(address);
  const host = URL.canParse(url) ? new URL(url).hostname : undefined;
  return [DEFAULT_API, DEFAULT_AUTH].some((one) => new URL(one).hostname === host);
}

/** The checksum types of the registry's API. */
const CHECKSUM_TYPES = new Set(["md5", "sha1", "sha256", "sha384", "sha512"]);

function authIssues(hcp_auth_url: string): ConfigIssue[] {
  if (URL.canParse(hcp_auth_url) && /^https?:/i.test(hcp_auth_url)) return [];
  const detail = `hcp_auth_url must be a complete address such as "${DEFAULT_AUTH}", not "${hcp_auth_url}".`;
  return [error("invalid-argument", ["hcp_auth_url"], "Invalid URL", detail)];
}

function certificateIssues(config: {
  readonly insecure_skip_tls_verify: boolean;
  readonly hcp_api_address: string;
}): ConfigIssue[] {
  if (!config.insecure_skip_tls_verify || !isHcpItself(config.hcp_api_address)) return [];
  const detail =
    "The certificate of HCP itself is always verified. Set hcp_api_address as well, or remove insecure_skip_tls_verify.";
  return [error("conflicting-arguments", ["insecure_skip_tls_verify"], "Certificate not verified", detail)];
}

function tagIssues(box_tag: string): ConfigIssue[] {
  if (/^[^/\s]+\/[^/\s]+$/.test(box_tag)) return [];
  const detail = `box_tag must look like "registry/name", not "${box_tag}".`;
  return [error("invalid-argument", ["box_tag"], "Invalid value", detail)];
}

function checksumIssues(box_checksum: string | undefined): ConfigIssue[] {
  if (box_checksum === undefined) return [];
  const [type = "", digest = ""] = box_checksum.split(":");
  if (CHECKSUM_TYPES.has(type.toLowerCase()) && /^[0-9a-fA-F]+$/.test(digest)) return [];
  const types = [...CHECKSUM_TYPES].join(", ");
  const detail = `box_checksum must look like "sha256:0123abcd…" with one of the types ${types}, not "${box_checksum}".`;
  return [error("invalid-argument", ["box_checksum"], "Invalid value", detail)];
}
