import type { Needs } from "../../../sdk/needs.ts";
import type { AccessConfig } from "./options/access.ts";

/** An account, and what the environment has to hold where the arguments do not say how to get in. */
export function amazonNeeds(access: AccessConfig): Needs {
  return { cloud: { provider: "aws", region: access.region || undefined }, credentials: credentialsOf(access) };
}

function credentialsOf({ access_key: key, vault_aws_engine: vault, profile }: AccessConfig): readonly string[] {
  if (key) return [];
  if (vault) return ["VAULT_ADDR", "VAULT_TOKEN"];
  if (profile) return ["AWS_SHARED_CREDENTIALS_FILE"];
  return ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
}
