import { BuildError } from "../../../sdk/error.ts";
import type { CloudContext } from "./cloud-context.ts";
import type { AccessConfig } from "./options/access.ts";
import type { AwsCredentials, CredentialProvider } from "./credential-provider.ts";

type Engine = NonNullable<AccessConfig["vault_aws_engine"]>;

interface VaultAnswer {
  readonly lease_duration?: number;
  readonly data?: {
    readonly access_key: string;
    readonly secret_key: string;
    readonly security_token?: string | null;
  };
  readonly errors?: readonly string[];
}

/** Credentials of HashiCorp Vault's AWS secrets engine (HTTP API, `/v1/ENGINE/creds/NAME` and `/v1/ENGINE/sts/NAME`). */
export function vaultCredentials(run: CloudContext, engine: Engine): CredentialProvider {
  const { VAULT_ADDR: address, VAULT_TOKEN: token } = run.host.env;
  return async () => {
    if (!address || !token) {
      throw new BuildError("vault_aws_engine needs to know where Vault is and what to tell it.", {
        hint: "Set VAULT_ADDR and VAULT_TOKEN.",
      });
    }
    const { url, request } = questionFor(engine, address);
    const answer = await ask(url, token, request);
    for (const secret of [answer.data!.secret_key, answer.data!.security_token]) if (secret) run.secret(secret);
    return credentialsFrom(answer);
  };
}

function questionFor(engine: Engine, address: string): { readonly url: URL; readonly request: RequestInit } {
  const { engine_name, name = "", ttl, role_arn } = engine;
  if (ttl === undefined && role_arn === undefined) {
    return { url: new URL(`/v1/${engine_name}/creds/${name}`, address), request: {} };
  }
  const request = { method: "PUT", body: JSON.stringify({ ttl, role_arn }) };
  return { url: new URL(`/v1/${engine_name}/sts/${name}`, address), request };
}

async function ask(url: URL, token: string, request: RequestInit): Promise<VaultAnswer> {
  const response = await fetch(url, {
    ...request,
    headers: { "x-vault-token": token },
    // Followed, the token would go wherever the answer says.
    redirect: "manual",
    signal: AbortSignal.timeout(30_000),
  }).catch((cause: unknown) => {
    throw new BuildError(`Vault cannot be reached at ${url.origin}.`, { cause });
  });
  const location = response.headers.get("location");
  if (location !== null && response.status >= 300 && response.status < 400) throw hasMoved(url, location);
  const answer = (await response.json().catch(() => ({}))) as VaultAnswer;
  if (response.ok && answer.data) return answer;
  const why = answer.errors?.join("; ") || `status ${response.status}`;
  throw new BuildError(`Vault gave no AWS credentials at ${url.pathname}: ${why}.`);
}

function hasMoved(url: URL, location: string): BuildError {
  const { origin } = new URL(location, url);
  return new BuildError(`Vault at ${url.origin} has its requests sent to ${origin}, which was not given the token.`, {
    hint: `If that is your Vault, too: VAULT_ADDR=${origin}`,
  });
}

function credentialsFrom({ data, lease_duration: seconds = 0 }: VaultAnswer): AwsCredentials {
  return {
    accessKeyId: data!.access_key,
    secretAccessKey: data!.secret_key,
    ...(data!.security_token && { sessionToken: data!.security_token }),
    ...(seconds > 0 && { expiration: new Date(Date.now() + seconds * 1000) }),
  };
}
