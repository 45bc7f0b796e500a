import type { Communicator } from "../../../../sdk/communicator.ts";
import type { Provisioner } from "../../../../sdk/component.ts";
import { askGuest, runGuestCommand } from "../../../../steps/guest-command.ts";
import type { Run } from "../../../../sdk/run.ts";
import { powershellCommand, powershellQuote } from "../../../../sdk/windows/powershell.ts";
import { RESTART_COMMAND, restartWindows } from "../../../../steps/windows/restart.ts";
import { schema, type WindowsRestartConfig } from "./options.ts";

export const provisioner: Provisioner<WindowsRestartConfig> = {
  kind: "provisioner",
  type: "windows-restart",
  summary: "Restarts a Windows machine and waits until it is usable again.",
  schema,
  async provision(run, config, { communicator }) {
    await restartWindows(run, communicator, {
      command: filled(config.restart_command) ?? RESTART_COMMAND,
      timeoutMs: config.restart_timeout,
      limitName: "restart_timeout",
      notReady: (signal) => whyNotReady(run, config, communicator, signal),
    });
  },
};

async function whyNotReady(
  run: Run,
  config: WindowsRestartConfig,
  communicator: Communicator,
  signal: AbortSignal,
): Promise<string | undefined> {
  const check = filled(config.restart_check_command);
  if (check !== undefined) {
    const { result } = await runGuestCommand(run, communicator, check, { signal });
    if (result.kind !== "exit" || result.code !== 0) return "restart_check_command did not succeed";
  }
  if (!config.check_registry || config.registry_keys.length === 0) return undefined;
  const { stdout } = await askGuest(communicator, powershellCommand(pendingKeys(config.registry_keys)), { signal });
  const key = stdout.trim().split(/\r?\n/)[0];
  return key ? `Windows has a restart pending (${key} exists)` : undefined;
}

/** Prints those of the keys that exist. */
export function pendingKeys(keys: readonly string[]): string {
  return `foreach($k in ${keys.map(powershellQuote).join(",")}){if(Test-Path $k){$k}}`;
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text;
}
