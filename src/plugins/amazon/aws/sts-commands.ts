import { DecodeAuthorizationMessageCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

export const Client = STSClient;

/** The operations imgbuild uses. */
export const commands = {
  DecodeAuthorizationMessage: DecodeAuthorizationMessageCommand,
  GetCallerIdentity: GetCallerIdentityCommand,
} as const;
