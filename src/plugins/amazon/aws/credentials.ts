import {
  createCredentialChain,
  fromEnv,
  fromIni,
  fromNodeProviderChain,
  fromProcess,
  fromSSO,
  fromTemporaryCredentials,
  fromTokenFile,
} from "@aws-sdk/credential-providers";
import type { CloudContext } from "./cloud-context.ts";
import { expandPath } from "../../../sdk/expand-path.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { AccessConfig } from "./options/access.ts";
import type { CredentialProvider } from "./credential-provider.ts";
import { requireProfile } from "./require-profile.ts";
import { vaultCredentials } from "./vault.ts";

/** Where a component's credentials come from, in the order in which Packer looks. */
export function credentialProvider(run: CloudContext, config: AccessConfig, region: string): CredentialProvider {
  const base = baseProvider(run, config, region);
  const role = config.assume_role;
  if (role?.role_arn === undefined) return base;
  return fromTemporaryCredentials({
    masterCredentials: base,
    clientConfig: { region },
    mfaCodeProvider: mfaCode(config),
    params: {
      RoleArn: role.role_arn,
      RoleSessionName: role.session_name ?? `imgbuild-${Date.now()}`,
      DurationSeconds: role.duration_seconds,
      ExternalId: role.external_id,
      Policy: role.policy,
      PolicyArns: role.policy_arns.map((arn) => ({ arn })),
      Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
      TransitiveTagKeys: [...role.transitive_tag_keys],
    },
  });
}

function baseProvider(run: CloudContext, config: AccessConfig, region: string): CredentialProvider {
  const { access_key: accessKeyId, secret_key: secretAccessKey, token: sessionToken } = config;
  if (accessKeyId && secretAccessKey) {
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
    return () => Promise.resolve(credentials);
  }
  if (config.vault_aws_engine) return vaultCredentials(run, config.vault_aws_engine);
  const chain = profileChain(run, config, region);
  return async () => {
    await requireProfile(run, config);
    return chain();
  };
}

/** The usual chain of the SDK. */
function profileChain(run: CloudContext, config: AccessConfig, region: string): CredentialProvider {
  const files = config.shared_credentials_file;
  const options = {
    ...(config.profile && { profile: config.profile }),
    ...(files && { filepath: expandPath(run, files) }),
    clientConfig: { region },
    mfaCodeProvider: mfaCode(config),
    // Asked again only when keys have expired: by then the user may have put new ones into the file.
    ignoreCache: true,
  };
  if (!config.skip_metadata_api_check) return fromNodeProviderChain(options);
  // The usual chain without the metadata service of this machine.
  const env = config.profile ? [] : [fromEnv()];
  return createCredentialChain(
    ...env,
    fromSSO(options),
    fromIni(options),
    fromProcess(options),
    fromTokenFile({ clientConfig: { region } }),
  );
}

function mfaCode({ mfa_code: code }: AccessConfig): () => Promise<string> {
  return () => {
    if (code) return Promise.resolve(code);
    const failure = new BuildError("The role asks for a code of a multi-factor device.", { hint: "Set mfa_code." });
    return Promise.reject(failure);
  };
}
