import { randomBytes } from "node:crypto";
import type { Machine, Provisioner } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import { commandFailure, runGuestCommand, type GuestCommandResult } from "../../steps/guest-command.ts";
import { lateSecret } from "../../sdk/late-secret.ts";
import type { Run } from "../../sdk/run.ts";
import { tidyGuest } from "../../steps/tidy-guest.ts";
import { RESTART_COMMAND, restartWindows } from "../../steps/windows/restart.ts";
import { elevatedRemoval, prepareElevated } from "../../steps/windows/run-program.ts";
import { schema, type WindowsUpdateConfig } from "./options.ts";
import { MORE_TO_COME, RESTART_NEEDED, UP_TO_DATE, updateScript } from "./update-script.ts";

export const provisioner: Provisioner<WindowsUpdateConfig> = {
  kind: "provisioner",
  type: "windows-update",
  summary: "Installs updates in a Windows machine, with the restarts they need.",
  schema,
  async provision(run, config, machine) {
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const verdict = await updateOnce(run, config, machine);
      if (verdict === "done") return run.say("Windows is up to date");
      if (verdict === "restart") await restart(run, config, machine);
    }
    throw new BuildError(`Windows still wants updates after ${MOST_ROUNDS} rounds`, {
      hint: "An update may fail to install each time anew. Leave it out with a filter: exclude:$_.Title -like '*KB…*'",
    });
  },
};

/** Each installs what it can; a Windows that needs more goes in circles. */
const MOST_ROUNDS = 50;

type Verdict = "done" | "restart" | "more";

/** Windows lets nobody install updates who is not logged on at the machine itself, hence the task. */
async function updateOnce(run: Run, config: WindowsUpdateConfig, machine: Machine): Promise<Verdict> {
  run.say("Running Windows Update...");
  for (let failures = 0; ;) {
    const ended = await runTask(run, config, machine);
    const { result } = ended;
    if (result.kind === "disconnect") return "restart";
    if (result.kind === "exit" && result.code === UP_TO_DATE) return "done";
    if (result.kind === "exit" && result.code === RESTART_NEEDED) return "restart";
    if (result.kind === "exit" && result.code === MORE_TO_COME) return "more";
    if (++failures > config.update_max_retries) throw commandFailure("Windows Update", ended);
    run.warn(`${commandFailure("Windows Update", ended).message}. Trying again.`);
  }
}

async function runTask(run: Run, config: WindowsUpdateConfig, machine: Machine): Promise<GuestCommandResult> {
  const id = randomBytes(8).toString("hex");
  const task = { taskName: `imgbuild-${id}`, directory: `C:/Windows/Temp/imgbuild-${id}` };
  const script = updateScript({
    criteria: config.search_criteria ?? "BrowseOnly=0 and IsInstalled=0",
    filters: config.filters,
    limit: config.update_limit === 0 ? 1000 : config.update_limit,
  });
  const { command, stdin } = prepareElevated({
    ...task,
    user: config.username?.render(machine.data) ?? "SYSTEM",
    password: lateSecret(run, config.password, machine.data),
    // With a mark of its encoding: PowerShell 5 takes other files for the machine's code page.
    files: { "update.ps1": Buffer.from(`\ufeff${script}`) },
    command: `powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "${task.directory}/update.ps1"`,
  });
  let ended: GuestCommandResult | undefined;
  try {
    ended = await runGuestCommand(run, machine.communicator, command, { stdin, pty: false });
    return ended;
  } finally {
    if (ended?.result.kind !== "exit") await tidyGuest(run, machine.communicator, elevatedRemoval(task));
  }
}

function restart(run: Run, config: WindowsUpdateConfig, { communicator }: Machine): Promise<void> {
  return restartWindows(run, communicator, {
    command: RESTART_COMMAND,
    timeoutMs: config.restart_timeout,
    limitName: "restart_timeout",
  });
}
