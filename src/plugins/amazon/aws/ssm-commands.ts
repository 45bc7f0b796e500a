import { GetParameterCommand, StartSessionCommand, TerminateSessionCommand, SSMClient } from "@aws-sdk/client-ssm";

export const Client = SSMClient;

/** The operations imgbuild uses. */
export const commands = {
  GetParameter: GetParameterCommand,
  StartSession: StartSessionCommand,
  TerminateSession: TerminateSessionCommand,
} as const;
