import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { valueToJson } from "../../to-json.ts";
import { entriesOf, isNull, stringValue, type Value } from "../../value.ts";
import { FunctionError } from "../definition.ts";
import { parseJsonText } from "../json-text.ts";
import type { RemoteOptions } from "./remote-options.ts";

/**
 * `aws_secretsmanager(name, key)` with two arguments, `aws_secretsmanager_raw(name)` with one.
 * Credentials, region and endpoint come from the usual chain of the AWS SDK.
 */
export async function readSecret(
  args: readonly (string | null)[],
  { env }: RemoteOptions,
  signal?: AbortSignal,
): Promise<Value> {
  const [name, key] = args as readonly [string, string | null | undefined];
  const text = await fetchSecret(name, env, signal);
  if (key === undefined) return stringValue(text);
  return pick(text, name, key);
}

async function fetchSecret(name: string, env: RemoteOptions["env"], signal?: AbortSignal): Promise<string> {
  const endpoint = env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] || env["AWS_ENDPOINT_URL"];
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"];
  const client = new SecretsManagerClient({ ...(endpoint && { endpoint }), ...(region && { region }) });
  try {
    const command = new GetSecretValueCommand({ SecretId: name, VersionStage: "AWSCURRENT" });
    const { SecretString: text } = await client.send(command, { ...(signal && { abortSignal: signal }) });
    if (text !== undefined) return text;
  } catch (error) {
    signal?.throwIfAborted();
    throw new FunctionError(explain(error as Error, name));
  } finally {
    client.destroy();
  }
  throw new FunctionError(`the secret ${JSON.stringify(name)} is binary; only texts can be read.`);
}

function explain(error: Error, name: string): string {
  const quoted = JSON.stringify(name);
  if (error.name === "ResourceNotFoundException")
    return `AWS Secrets Manager has no secret ${quoted} in this region and account.`;
  if (error.name === "AccessDeniedException")
    return `access to the secret ${quoted} is denied: the credentials need secretsmanager:GetSecretValue.`;
  if (error.name === "CredentialsProviderError")
    return "there are no AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
  if (/region is missing/i.test(error.message)) return "no AWS region is set. Set AWS_REGION.";
  return `AWS Secrets Manager cannot read ${quoted}: ${error.message.replace(/\.$/, "")}.`;
}

function pick(text: string, name: string, key: string | null): Value {
  const entries = parseEntries(text, name);
  const keys = [...entries.keys()];
  if (key === null && keys.length !== 1) {
    throw new FunctionError(
      `the secret ${JSON.stringify(name)} has ${keys.length} keys, so the key must be given. It may be null only when there is one.`,
    );
  }
  const value = entries.get(key ?? keys[0]!);
  if (!value || isNull(value))
    throw new FunctionError(
      `the secret ${JSON.stringify(name)} has no key ${JSON.stringify(key)}.${didYouMean(key!, keys)}`,
    );
  if (typeof value.content === "string") return value;
  return stringValue(valueToJson(value));
}

function parseEntries(text: string, name: string): ReadonlyMap<string, Value> {
  try {
    const value = parseJsonText(text);
    if (value.type.kind === "object") return entriesOf(value);
  } catch {
    // Its message would quote the secret.
  }
  throw new FunctionError(
    `the secret ${JSON.stringify(name)} is not a JSON object with keys. To read it as a whole, use aws_secretsmanager_raw(${JSON.stringify(name)}).`,
  );
}
