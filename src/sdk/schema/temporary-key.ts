import type { MayUse } from "../late-template.ts";
import type { communicatorFields } from "./communicator.ts";
import { warning } from "./rules.ts";
import type { ConfigIssue, DecodedFields } from "./schema.ts";

/** The arguments that decide whether a key is made for the build. */
export const KEY_ARGUMENTS = ["communicator", "ssh_password", "ssh_private_key_file", "ssh_agent_auth"] as const;

type KeyArguments = DecodedFields<typeof communicatorFields, (typeof KEY_ARGUMENTS)[number]>;

/**
 * A key that is made for the build, and that no text of the template brings into the machine. Files cannot: they are there
 * before the key is. For builders whose platform does not know key pairs.
 */
export function temporaryKeyIssues(
  args: KeyArguments,
  texts: readonly MayUse<"SSHPublicKey">[],
): readonly ConfigIssue[] {
  const isMade =
    args.communicator === "ssh" && !args.ssh_password && !args.ssh_private_key_file && !args.ssh_agent_auth;
  if (!isMade || texts.some((text) => text.uses("SSHPublicKey"))) return [];
  return [warning("no-way-in", ["ssh_username"], "No way to log in", NO_WAY_IN)];
}

const NO_WAY_IN =
  "Without a password or a key of yours a key is made for this build, and nothing puts it into the machine. Set ssh_password or ssh_private_key_file, or type {{ .SSHPublicKey }} with boot_command.";
