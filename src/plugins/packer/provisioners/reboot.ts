import { describeDuration } from "../../../lib/duration.ts";
import { sleep } from "../../../lib/retry.ts";
import type { Communicator } from "../../../sdk/communicator.ts";
import type { Provisioner } from "../../../sdk/component.ts";
import { BuildError, ConnectionLost } from "../../../sdk/error.ts";
import { askGuest } from "../../../steps/guest-command.ts";
import type { Run } from "../../../sdk/run.ts";
import { defaultText, duration, flag, text } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { isWindows } from "../../../sdk/windows/is-windows.ts";
import { RESTART_COMMAND, restartWindows } from "../../../steps/windows/restart.ts";

const schema = defineSchema({
  command: defaultText(
    text("Restarts the machine."),
    "`reboot`, through sudo where the user is not root; on Windows `shutdown /r /f /t 0`",
  ).optional(),
  timeout: duration("How long the machine may take until it can be used again.").default(600_000),
  test_command: defaultText(
    text("Has to succeed before the machine counts as usable."),
    "`true`, on Windows none",
  ).optional(),
  boot_id_command: defaultText(
    text("Prints something that is different after every boot."),
    "the kernel's boot id, or the time of the boot",
  ).optional(),
  pause_after: duration("How long to wait once the machine is usable again.").default(0),
  new_host_key: flag("The machine may have another host key afterwards.").default(false),
});

export type RebootConfig = ConfigOf<typeof schema>;

export const provisioner: Provisioner<RebootConfig> = {
  kind: "provisioner",
  type: "reboot",
  summary: "Restarts the machine and waits until it is usable again.",
  schema,
  async provision(run, config, { communicator }) {
    if (isWindows(communicator)) return rebootWindows(run, config, communicator);
    const started = performance.now();
    const question = config.boot_id_command ?? BOOT_ID;
    const before = await bootId(communicator, question, run.signal);
    if (before === undefined) {
      throw new BuildError("The machine does not tell which boot it is in, so a restart could not be noticed", {
        hint: "Set boot_id_command to a command that prints something different after every boot.",
      });
    }
    run.say("Restarting the machine");
    await askToRestart(run, config, communicator);
    const signal = AbortSignal.any([run.signal, AbortSignal.timeout(config.timeout)]);
    await untilRestarted(run, config, communicator, { question, before, signal });
    run.say(`The machine is back after ${describeDuration(performance.now() - started)}`);
    await sleep(config.pause_after, run.signal);
  },
};

/** The same by other means; `test_command` is then one of Windows. */
async function rebootWindows(run: Run, config: RebootConfig, communicator: Communicator): Promise<void> {
  const test = config.test_command;
  await restartWindows(run, communicator, {
    command: config.command ?? RESTART_COMMAND,
    timeoutMs: config.timeout,
    limitName: "timeout",
    notReady: async (signal) =>
      test === undefined || (await succeeds(communicator, test, signal)) ? undefined : `"${test}" did not succeed`,
  });
  await sleep(config.pause_after, run.signal);
}

const BOOT_ID =
  "cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.boottime 2>/dev/null || grep btime /proc/stat";

/** In the background and a moment later, so that the answer still arrives; with systemd or without. */
const RESTART = [
  'if [ "$(id -u)" = 0 ]; then sudo=; else sudo="sudo -n"; $sudo true || exit 1; fi',
  "for r in 'systemctl reboot' reboot /sbin/reboot 'shutdown -r now'; do command -v ${r%% *} >/dev/null 2>&1 && break; done",
  `$sudo sh -c "trap '' HUP; sleep 1; $r" >/dev/null 2>&1 </dev/null &`,
].join("\n");

async function askToRestart(run: Run, config: RebootConfig, communicator: Communicator): Promise<void> {
  const { result, stderr } = await askGuest(communicator, config.command ?? RESTART, { signal: run.signal });
  // A machine that goes down fast takes the connection, or the command, with it.
  if (result.kind !== "exit" || result.code === 0) return;
  const why = `exit status ${result.code}: ${stderr.trim()}`;
  throw new BuildError(`The command that restarts the machine failed with ${why}`, {
    hint: 'Set command to one that may restart the machine, for example "sudo systemctl reboot".',
  });
}

interface Wait {
  readonly question: string;
  readonly before: string;
  /** Ends with the run or with the timeout. */
  readonly signal: AbortSignal;
}

const ASK_EVERY_MS = 500;

/** Each probe uses a connection of its own: an old one may hang with a machine that went down silently. */
async function untilRestarted(run: Run, config: RebootConfig, communicator: Communicator, wait: Wait): Promise<void> {
  let restarted = false;
  for (;;) {
    await communicator.disconnect?.({ reinstalled: config.new_host_key });
    try {
      const now = await bootId(communicator, wait.question, wait.signal);
      restarted = now !== undefined && now !== wait.before;
      if (restarted && (await succeeds(communicator, config.test_command ?? "true", wait.signal))) return;
    } catch (error) {
      run.signal.throwIfAborted();
      if (!wait.signal.aborted && !(error instanceof ConnectionLost)) throw error;
    }
    if (wait.signal.aborted) throw tookTooLong(config, restarted);
    await sleep(ASK_EVERY_MS, run.signal);
  }
}

function tookTooLong(config: RebootConfig, restarted: boolean): BuildError {
  const why = restarted ? `"${config.test_command ?? "true"}" did not succeed` : "it did not come back as another boot";
  return new BuildError(`The machine did not restart within ${describeDuration(config.timeout)}: ${why}`, {
    hint: "Look at the machine's screen. If it only needs longer, raise timeout.",
  });
}

async function bootId(communicator: Communicator, question: string, signal: AbortSignal): Promise<string | undefined> {
  const { result, stdout } = await askGuest(communicator, question, { signal });
  if (result.kind !== "exit" || result.code !== 0) return undefined;
  return stdout.trim() || undefined;
}

async function succeeds(communicator: Communicator, command: string, signal: AbortSignal): Promise<boolean> {
  const { result } = await askGuest(communicator, command, { signal });
  return result.kind === "exit" && result.code === 0;
}
