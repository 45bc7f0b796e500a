import { describeDuration } from "../../../../lib/duration.ts";
import { sleep } from "../../../../lib/retry.ts";
import type { Communicator, ExecResult } from "../../../../sdk/communicator.ts";
import type { Provisioner } from "../../../../sdk/component.ts";
import { BuildError } from "../../../../sdk/error.ts";
import { askGuest } from "../../../../steps/guest-command.ts";
import type { Run } from "../../../../sdk/run.ts";
import { duration, flag, integer, text } from "../../../../sdk/schema/field.ts";
import { exactlyOne } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { isWindows } from "../../../../sdk/windows/is-windows.ts";
import { cloudInitProbe, commandProbe, portProbe, type Probe } from "./probe.ts";
import { cloudbaseInitProbe, windowsPortProbe } from "./windows-probe.ts";

const schema = defineSchema(
  {
    cloud_init: flag(
      "Wait until cloud-init (on Windows cloudbase-init) has finished its work. A machine without it is ready at once.",
    ).optional(),
    command: text("Wait until this command succeeds in the machine.").optional(),
    port: integer("Wait until something listens on this TCP port, as seen from the machine.")
      .min(1)
      .max(65535)
      .optional(),
    host: text("Where `port` is, as seen from the machine.").default("127.0.0.1"),
    interval: duration("Pause between two looks.").default(500),
    timeout: duration("How long to wait at most.").default(300_000),
  },
  { rules: [exactlyOne("cloud_init", "command", "port")] },
);

export type WaitForConfig = ConfigOf<typeof schema>;

export const provisioner: Provisioner<WaitForConfig> = {
  kind: "provisioner",
  type: "wait-for",
  summary: "Waits for cloud-init, a command or a port in the machine.",
  schema,
  async provision(run, config, { communicator }) {
    const probe = probeOf(config, isWindows(communicator));
    run.say(`Waiting for ${probe.what}`);
    const started = performance.now();
    const verdict = await untilReady(run, config, communicator, probe);
    if (verdict !== undefined) run.warn(verdict);
    run.say(`${probe.done} after ${describeDuration(performance.now() - started)}`);
  },
};

function probeOf(config: WaitForConfig, onWindows: boolean): Probe {
  if (config.command !== undefined) return commandProbe(config.command);
  if (config.port === undefined) return onWindows ? cloudbaseInitProbe : cloudInitProbe;
  return onWindows ? windowsPortProbe(config.host, config.port) : portProbe(config.host, config.port);
}

/** Returns a warning where the guest is ready, although something went wrong meanwhile. */
async function untilReady(
  run: Run,
  config: WaitForConfig,
  communicator: Communicator,
  probe: Probe,
): Promise<string | undefined> {
  const limit = AbortSignal.timeout(config.timeout);
  const signal = AbortSignal.any([run.signal, limit]);
  let last = "it was not asked yet";
  try {
    for (;;) {
      const { result, stdout, stderr } = await askGuest(communicator, probe.command, { signal });
      if (result.kind === "exit" && result.code === 0) return probe.warning?.(stdout);
      last = describe(result, stderr.trim() || stdout.trim());
      await sleep(config.interval, signal);
    }
  } catch (error) {
    run.signal.throwIfAborted();
    if (!limit.aborted) throw error;
    throw new BuildError(`Gave up waiting for ${probe.what} after ${describeDuration(config.timeout)} (${last})`, {
      hint: probe.hint,
    });
  }
}

function describe(result: ExecResult, output: string): string {
  if (result.kind !== "exit") return result.kind;
  const status = `exit status ${result.code}`;
  if (output === "") return status;
  return `${status}: ${output.split("\n").at(-1)}`;
}
