import { block, defaultText, flag, integer, list, map, sensitive, text } from "../../../../sdk/schema/field.ts";
import { atMostOne, requires, rule } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { isAmazon, regionIssues } from "../check-names.ts";

const assumeRole = defineSchema({
  role_arn: text("ARN of the role to take on. Without it, or where it is empty, none is.").optional(),
  duration_seconds: integer("How long a session lasts before it is renewed, in seconds.")
    .min(900)
    .max(43_200)
    .optional(),
  external_id: text("External id that the role's trust policy asks for.").optional(),
  policy: text("JSON policy that restricts the session further.").optional(),
  policy_arns: list(text("An ARN."), "ARNs of managed policies that restrict the session further.").default([]),
  session_name: text("Name of the session, shown in CloudTrail.").optional(),
  tags: map(text("A value."), "Session tags.").default({}),
  transitive_tag_keys: list(text("A key."), "Session tags that are handed on to further roles.").default([]),
});

const vaultEngine = defineSchema({
  name: text("Role of the Vault AWS secrets engine to ask for credentials.").optional(),
  engine_name: text("Mount path of the secrets engine.").default("aws"),
  role_arn: text("Role to assume, for credential types that need one.").optional(),
  ttl: text("How long the credentials are to live.").optional(),
});

const polling = defineSchema({
  delay_seconds: defaultText(
    integer("Seconds between questions; only the product with max_attempts counts here, as the limit of a wait.")
      .min(1)
      .optional(),
    "`AWS_POLL_DELAY_SECONDS`, else 15",
  ),
  max_attempts: defaultText(
    integer("Questions before giving up; only the product with delay_seconds counts here, as the limit of a wait.")
      .min(1)
      .optional(),
    "`AWS_MAX_ATTEMPTS`",
  ),
});

/** How Amazon is reached. Shared by every Amazon component. */
export const accessFields = {
  access_key: sensitive(defaultText(text("Access key id.").optional(), "the SDK's provider chain")),
  secret_key: sensitive(defaultText(text("Secret access key.").optional(), "the SDK's provider chain")),
  token: sensitive(text("Session token that goes with temporary keys.").optional()),
  profile: defaultText(text("Profile of the shared configuration.").optional(), "`AWS_PROFILE`"),
  shared_credentials_file: text("Path of the shared credentials file.").optional(),
  region: defaultText(
    text("Region the image is built in.").optional(),
    "`AWS_REGION`, `AWS_DEFAULT_REGION`, or the profile's",
  ),
  skip_region_validation: flag("Do not ask whether the region exists.").default(false),
  custom_endpoint_ec2: text(
    "Address of an EC2-compatible service to use in place of Amazon's, for every region.",
  ).optional(),
  max_retries: integer(
    "Tries of one request before its failure counts. Throttling is answered with patience in any case.",
  )
    .min(0)
    .optional(),
  mfa_code: text("Code of a multi-factor device, for a role that asks for one.").optional(),
  insecure_skip_tls_verify: flag("Accept any certificate.").default(false),
  assume_role: block(assumeRole, "A role to take on with the credentials found.").optional(),
  vault_aws_engine: block(vaultEngine, "Ask HashiCorp Vault for credentials (`VAULT_ADDR`, `VAULT_TOKEN`).").optional(),
  aws_polling: block(polling, "The limit of waits as older templates state it.").optional(),
  decode_authorization_messages: flag(
    "Decode the encoded message of a refused request (needs sts:DecodeAuthorizationMessage).",
  ).default(false),
  skip_metadata_api_check: flag("Do not look for credentials in the metadata service of this machine.").default(false),
  skip_credential_validation: flag(
    "Accepted for older templates: the first question to EC2 tells whether the credentials work.",
  ).default(false),
};

export const accessRules = [
  requires("access_key", "secret_key"),
  requires("secret_key", "access_key"),
  atMostOne("vault_aws_engine", "access_key"),
  rule(accessFields, ["region", "skip_region_validation", "custom_endpoint_ec2"], (args) => {
    const isChecked = isAmazon(args) && !args.skip_region_validation;
    return isChecked ? regionIssues(args.region, ["region"]) : [];
  }),
];

export const accessSchema = defineSchema(accessFields);
export type AccessConfig = ConfigOf<typeof accessSchema>;
