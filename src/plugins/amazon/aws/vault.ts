import { BuildError } from "../../../sdk/error.ts";
import type { CloudContext } from "./cloud-context.ts";
import type { AccessConfig } from "./options/access.ts";
import type { Credentials, CredentialProvider } from "./credential-provider.ts";

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
    const isSts = engine.ttl !== undefined || engine.role_arn !== undefined;
    const url = new URL(`/v1/${engine.engine_name}/${isSts ? "sts" : "creds"}/${engine.name}`, address);
    const body = JSON.stringify({ ttl: engine.ttl, role_arn: engine.role_arn });
    const answer = await ask(url, token, isSts ? body : undefined);
    for (const secret of [answer.data!.secret_key, answer.data!.security_token]) if (secret) run.secret(secret);
    return credentialsFrom(answer);
  };
}

async function ask(url: URL, token: string, body: string | undefined): Promise<VaultAnswer> {
  const request = body === undefined ? {} : { method: "PUT", body };
  const response = await fetch(url, {
    ...request,
    headers: { "x-vault-token": token },
    signal: AbortSignal.timeout(30_000),
  }).catch((cause: unknown) => {
    throw new BuildError(`Vault cannot be reached at ${url.origin}.`, { cause });
  });
  const answer = (await response.json().catch(() => ({}))) as VaultAnswer;
  if (response.ok && answer.data) return answer;
  throw new BuildError(
    `Vault gave no AWS credentials at ${url.pathname}: ${answer.errors?.join("; ") || `status ${response.status}`}.`,
  );
}

function credentialsFrom({ data, lease_duration: seconds = 0 }: VaultAnswer): Credentials {
  return {
    accessKeyId: data!.access_key,
    secretAccessKey: data!.secret_key,
    ...(data!.security_token ? { sessionToken: data!.security_token } : {}),
    ...(seconds > 0 ? { expiration: new Date(Date.now() + seconds * 1000) } : {}),
  };
}
