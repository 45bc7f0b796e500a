import { readFileSync } from "node:fs";
import { stringValue, type Value } from "../../value.ts";
import { FunctionError } from "../definition.ts";
import type { RemoteOptions } from "./remote-options.ts";
import { httpGet } from "./http.ts";

/**
 * `consul_key(key)`: the raw value of a key.
 * Source: https://developer.hashicorp.com/consul/api-docs/kv and /consul/commands (environment variables).
 */
export async function readConsul(
  args: readonly (string | null)[],
  { env }: RemoteOptions,
  signal?: AbortSignal,
): Promise<Value> {
  const key = args[0]!.replace(/^\/+/, "");
  const base = baseUrl(env);
  const url = new URL(`/v1/kv/${key.split("/").map(encodeURIComponent).join("/")}`, base);
  url.searchParams.set("raw", "");
  for (const [name, variable] of [
    ["ns", "CONSUL_NAMESPACE"],
    ["partition", "CONSUL_PARTITION"],
  ] as const) {
    if (env[variable]) url.searchParams.set(name, env[variable]);
  }
  const { status, body } = await httpGet(url, {
    service: `Consul at ${base.origin}`,
    headers: headersOf(env),
    tls: {
      caFile: env["CONSUL_CACERT"],
      certFile: env["CONSUL_CLIENT_CERT"],
      keyFile: env["CONSUL_CLIENT_KEY"],
      serverName: env["CONSUL_TLS_SERVER_NAME"],
      verify: !/^(0|f|false)$/i.test(env["CONSUL_HTTP_SSL_VERIFY"] ?? ""),
    },
    env,
    signal,
  });
  if (status === 200) return stringValue(body);
  if (status === 404) throw new FunctionError(`Consul has no key ${JSON.stringify(key)}.`);
  if (status === 403)
    throw new FunctionError(
      `Consul refuses access to ${JSON.stringify(key)}: set CONSUL_HTTP_TOKEN to a token that may read it.`,
    );
  throw new FunctionError(
    `Consul answered with status ${status} for ${JSON.stringify(key)}: ${body.trim().slice(0, 200)}.`,
  );
}

/** `host:port`, or with a scheme; CONSUL_HTTP_SSL asks for TLS where no scheme is given. */
function baseUrl(env: RemoteOptions["env"]): URL {
  const address = env["CONSUL_HTTP_ADDR"] || "127.0.0.1:8500";
  const scheme = /^(1|t|true)$/i.test(env["CONSUL_HTTP_SSL"] ?? "") ? "https" : "http";
  try {
    const url = new URL(address.includes("://") ? address : `${scheme}://${address}`);
    if (url.protocol === "http:" || url.protocol === "https:") return url;
  } catch {
    // Reported below.
  }
  throw new FunctionError(
    "CONSUL_HTTP_ADDR is not an address such as 127.0.0.1:8500 or https://consul.example.com:8501.",
  );
}

function headersOf(env: RemoteOptions["env"]): Record<string, string> {
  const token = env["CONSUL_HTTP_TOKEN"] || readTokenFile(env["CONSUL_HTTP_TOKEN_FILE"]);
  const basic = env["CONSUL_HTTP_AUTH"];
  return {
    ...(token && { "X-Consul-Token": token }),
    ...(basic && { Authorization: `Basic ${Buffer.from(basic).toString("base64")}` }),
  };
}

function readTokenFile(path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new FunctionError(`the file of CONSUL_HTTP_TOKEN_FILE cannot be read: ${(error as Error).message}.`);
  }
}
