import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringValue, type Value } from "../../value.ts";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { ownEntry } from "../../../lib/own-entry.ts";
import { FunctionError } from "../definition.ts";
import type { RemoteOptions } from "./remote-options.ts";
import { httpGet, type HttpAnswer } from "./http.ts";

/**
 * `vault(path, key)`: the key/value engine, versions 1 and 2.
 * Source: https://developer.hashicorp.com/vault/api-docs/secret/kv (HTTP API) and /vault/docs/commands (environment).
 */
export async function readVault(
  args: readonly (string | null)[],
  options: RemoteOptions,
  signal?: AbortSignal,
): Promise<Value> {
  const [path, key] = args as readonly [string, string];
  const { env } = options;
  const address = env["VAULT_ADDR"] || "https://127.0.0.1:8200";
  const answer = await httpGet(secretUrl(address, path), {
    service: `Vault at ${withoutCredentials(address)}`,
    headers: headersOf(options),
    tls: {
      caFile: env["VAULT_CACERT"],
      certFile: env["VAULT_CLIENT_CERT"],
      keyFile: env["VAULT_CLIENT_KEY"],
      serverName: env["VAULT_TLS_SERVER_NAME"],
      verify: !/^(1|t|true)$/i.test(env["VAULT_SKIP_VERIFY"] ?? ""),
    },
    env,
    signal,
  });
  if (answer.status !== 200) throw new FunctionError(explain(answer, path));
  return pick(secretOf(answer.body, path), path, key);
}

function secretUrl(address: string, path: string): URL {
  const encoded = path.replace(/^\/+/, "").split("/").map(encodeURIComponent).join("/");
  try {
    return new URL(`${address.replace(/\/+$/, "")}/v1/${encoded}`);
  } catch {
    throw new FunctionError(`VAULT_ADDR is not a URL such as https://vault.example.com:8200.`);
  }
}

function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^/@]*@/, "//");
}

function headersOf({ env, homeDir }: RemoteOptions): Record<string, string> {
  const token = env["VAULT_TOKEN"] || readTokenFile(homeDir);
  if (!token) throw new FunctionError("there is no token for Vault. Set VAULT_TOKEN, or log in with: vault login.");
  const namespace = env["VAULT_NAMESPACE"];
  return { "X-Vault-Request": "true", "X-Vault-Token": token, ...(namespace && { "X-Vault-Namespace": namespace }) };
}

/** Where `vault login` leaves the token. */
function readTokenFile(homeDir: string): string | undefined {
  try {
    return readFileSync(join(homeDir, ".vault-token"), "utf8").trim();
  } catch {
    return undefined;
  }
}

function explain({ status, body }: HttpAnswer, path: string): string {
  const errors = (parseObject(body)?.["errors"] as readonly string[] | undefined) ?? [];
  const said = errors.length > 0 ? ` Vault says: ${errors.join("; ")}.` : "";
  const quoted = JSON.stringify(path);
  if (status === 404)
    return `Vault has nothing at ${quoted}.${said} With version 2 of the key/value engine the path includes data/, as in secret/data/name.`;
  if (status === 403)
    return `Vault refuses access to ${quoted}: the token is wrong, has expired, or its policies do not allow it.${said}`;
  return `Vault answered with status ${status} for ${quoted}.${said}`;
}

/** Version 2 wraps the secret once more, beside its metadata. */
function secretOf(body: string, path: string): Readonly<Record<string, unknown>> {
  const data = asObject(parseObject(body)?.["data"]);
  const inner = data && asObject(data["metadata"]) ? data["data"] : data;
  const secret = asObject(inner);
  if (secret) return secret;
  if (inner === null)
    throw new FunctionError(`the current version of the secret at ${JSON.stringify(path)} has been deleted.`);
  throw new FunctionError(`the answer of Vault for ${JSON.stringify(path)} holds no secret.`);
}

function pick(secret: Readonly<Record<string, unknown>>, path: string, key: string): Value {
  const value = ownEntry(secret, key);
  if (value === undefined || value === null) {
    throw new FunctionError(
      `the secret at ${JSON.stringify(path)} has no key ${JSON.stringify(key)}.${didYouMean(key, Object.keys(secret))}`,
    );
  }
  return stringValue(typeof value === "string" ? value : JSON.stringify(value));
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(data: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
  return isObject ? (data as Record<string, unknown>) : undefined;
}
