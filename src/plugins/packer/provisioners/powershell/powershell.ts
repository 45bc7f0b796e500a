import { describeDuration } from "../../../../lib/duration.ts";
import { sleep } from "../../../../lib/retry.ts";
import type { Communicator } from "../../../../sdk/communicator.ts";
import type { Machine, Provisioner } from "../../../../sdk/component.ts";
import { runGuestCommand, type GuestCommandResult } from "../../../../steps/guest-command.ts";
import { lateSecret } from "../../../../sdk/late-secret.ts";
import type { Run } from "../../../../sdk/run.ts";
import { tidyGuest } from "../../../../steps/tidy-guest.ts";
import {
  checkEnd,
  lateEnvironment,
  readWindowsScripts,
  startAgain,
  startPrepared,
  type WindowsScript,
} from "../windows-script.ts";
import { schema, type PowershellConfig } from "./options.ts";
import { inlineScript, planScript, type Plan } from "./plan.ts";
import { ofScripts } from "../../scripts/script-files.ts";

export const provisioner: Provisioner<PowershellConfig> = {
  kind: "provisioner",
  type: "powershell",
  summary: "Runs PowerShell scripts in a Windows machine.",
  schema,
  ...ofScripts,
  async provision(run, config, machine) {
    for (const script of await readWindowsScripts(config, run.directories.work, markedInline)) {
      await runOne(run, config, machine, script);
    }
    if (config.pause_after === 0) return;
    run.say(`Pausing for ${describeDuration(config.pause_after)} (pause_after)`);
    await sleep(config.pause_after, run.signal);
  },
};

/** With a mark of its encoding: PowerShell 5 takes other files for the machine's code page. */
const markedInline = (lines: readonly string[]): string => `\ufeff${inlineScript(lines)}`;

async function runOne(run: Run, config: PowershellConfig, machine: Machine, script: WindowsScript): Promise<void> {
  const { communicator, data } = machine;
  const elevated = config.elevated_user?.text ? ", elevated" : "";
  run.say(`Provisioning with PowerShell${elevated}: ${script.name}`);
  lateSecret(run, config.elevated_password, data);
  const environment = lateEnvironment(run, data, config);
  const plan = planScript(config, { script, environment, data });
  let ended: GuestCommandResult | undefined;
  try {
    ended = await start(run, config, communicator, plan);
  } finally {
    // A script that ended well has removed itself.
    const isClean = ended?.result.kind === "exit" && ended.result.code === 0 && plan.uploads.length === 0;
    if (!isClean && plan.removal !== undefined) await tidyGuest(run, communicator, plan.removal);
  }
  checkEnd(run, { path: plan.path, name: script.name }, ended, config.valid_exit_codes);
}

function start(
  run: Run,
  config: PowershellConfig,
  communicator: Communicator,
  plan: Plan,
): Promise<GuestCommandResult> {
  const { uploads, prepared } = plan;
  if (uploads.length === 0) return startPrepared(run, communicator, () => prepared, config.start_retry_timeout);
  const attempt = async () => {
    for (const { path, content } of uploads) await communicator.upload(content, path, { signal: run.signal });
    return runGuestCommand(run, communicator, prepared.command);
  };
  return startAgain(run, attempt, config.start_retry_timeout);
}
