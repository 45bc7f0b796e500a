import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

export const Client = SecretsManagerClient;

/** The operations imgbuild uses. */
export const commands = {
  GetSecretValue: GetSecretValueCommand,
} as const;
