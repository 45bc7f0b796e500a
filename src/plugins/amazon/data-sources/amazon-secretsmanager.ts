import { isUtf8 } from "node:buffer";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { openCloud } from "../aws/cloud.ts";
import { accessFields, accessRules } from "../aws/options/access.ts";
import type { DataSource } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { text } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const schema = defineSchema(
  {
    ...accessFields,
    name: text("Name (or ARN) of the secret."),
    key: text(
      "Which entry of a secret with several (a JSON object) becomes `value`. Needed when there is more than one.",
    ).optional(),
    version_id: text("Version, by id.").optional(),
    version_stage: text("Version, by stage.").default("AWSCURRENT"),
  },
  { rules: accessRules },
);
type SecretsManagerConfig = ConfigOf<typeof schema>;

/** One secret of AWS Secrets Manager. Everything in it is masked. */
export const dataSource: DataSource<SecretsManagerConfig> = {
  kind: "data-source",
  type: "amazon-secretsmanager",
  summary: "Reads a secret of AWS Secrets Manager.",
  schema,
  outputs: { value: "string", secret_string: "string", secret_binary: "string", version_id: "string" },
  async read(run, config) {
    const cloud = await openCloud(run, config);
    const question = {
      SecretId: config.name,
      VersionId: config.version_id || undefined,
      VersionStage: config.version_id ? undefined : config.version_stage,
    };
    const answer = await cloud.secretsManager().call("GetSecretValue", question, { signal: run.signal });
    const binary = answer.SecretBinary === undefined ? "" : textOfBytes(answer.SecretBinary);
    const whole = answer.SecretString ?? "";
    for (const secret of [whole, binary]) if (secret !== "") run.secret(secret);
    const value = pick(run, whole, config);
    return { value, secret_string: whole, secret_binary: binary, version_id: answer.VersionId ?? "" };
  },
};

/** As it is where it is text; what is none is given in base64. */
function textOfBytes(bytes: Uint8Array): string {
  return isUtf8(bytes) ? Buffer.from(bytes).toString("utf8") : Buffer.from(bytes).toString("base64");
}

/** Plain text is its own value. Of an object the named entry, or the only one; never just any. */
function pick(run: Run, whole: string, { key, name }: Pick<SecretsManagerConfig, "key" | "name">): string {
  const entries = parseEntries(whole);
  if (entries === undefined) {
    if (key === undefined) return whole;
    throw new BuildError(`The secret "${name}" has no keys: it is not a JSON object.`, { hint: "Leave key out." });
  }
  for (const secret of Object.values(entries)) if (secret !== "") run.secret(secret);
  const keys = Object.keys(entries);
  if (key === undefined && keys.length === 1) return entries[keys[0]!]!;
  if (key !== undefined && Object.hasOwn(entries, key)) return entries[key]!;
  if (key === undefined) {
    // Packer takes any entry here. The template may use nothing but secret_string, so this is no error.
    run.warn(`The secret "${name}" has ${keys.length} keys and none is chosen: value is empty. Set key.`);
    return "";
  }
  throw new BuildError(`The secret "${name}" has no key "${key}".${didYouMean(key, keys)}`);
}

function parseEntries(text: string): Readonly<Record<string, string>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, textOf(value)]));
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
