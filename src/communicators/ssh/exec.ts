import type { ClientChannel } from "ssh2";
import type { ExecResult } from "../../sdk/communicator.ts";
import type { SshLink } from "./link.ts";
import { runOnLink, type LinkExecOptions } from "./run-on-link.ts";
import { sendSignal } from "./command-channels.ts";
import { stopCommands } from "./stop-commands.ts";
import { throughSh } from "./through-sh.ts";

/** Runs one command on a connection, and ends it in the guest when `signal` aborts. See `runOnLink`. */
export function execOnLink(link: SshLink, command: string, options: LinkExecOptions): Promise<ExecResult> {
  const isForSh = link.foreignShell && options.forLoginShell !== true;
  return runOnLink(link, isForSh ? throughSh(command) : command, options, stop);
}

/**
 * Ends the command in the guest; where that cannot be made sure, its server is asked to, and the connection ends. Not the
 * other way round: the children of a command that ended first are hard to find.
 */
async function stop(channel: ClientChannel, link: SshLink): Promise<void> {
  if (await stopCommands(link)) return;
  sendSignal(channel, "TERM");
  link.close("a command was cancelled");
}
