import type { BuilderRun } from "../../sdk/component.ts";
import { sleep } from "../../lib/retry.ts";
import { watchedRun } from "../../steps/watched-run.ts";
import { createScanCodeKeyboard } from "./scan-code-keyboard.ts";
import { keyIntervalMs, typeBootCommand } from "../../steps/boot-command/type-boot-command.ts";
import { connect } from "../../steps/connect.ts";
import { provisionGuest } from "../../steps/provision.ts";
import { shutdownGuest } from "../../steps/shutdown.ts";
import { uploadAdditions, uploadVersionFile } from "./additions.ts";
import type { Driver } from "./driver.ts";
import type { Machine } from "./owned-machine.ts";
import { powerOn, type RunningMachine } from "./power-on.ts";
import type { SessionConfig } from "./options/session-config.ts";
import { NAT_HOST, type Surroundings } from "./surroundings.ts";
import { createTypingFeedback } from "./typing-feedback.ts";

export interface Work {
  readonly driver: Driver;
  readonly machine: Machine;
  readonly surroundings: Surroundings;
  /** The machine is installed while we wait for SSH. */
  readonly installsItself: boolean;
}

/** From power-on to power-off: everything that needs the machine to run. */
export async function workWithMachine(run: BuilderRun, config: SessionConfig, work: Work): Promise<void> {
  const { driver, machine } = work;
  const { key, http, ports, additions } = work.surroundings;
  const running = await powerOn(run, driver, config, machine.uuid, ports);
  const watched = watchedRun(run, running);
  if (config.disable_shutdown && config.communicator === "none") running.watch.expectOff();
  await type(watched, config, work);
  const host = config.ssh_host ?? "127.0.0.1";
  const port = running.sshPort ?? config.ssh_port;
  const communicator = await connect(watched, { config, host, port, key, installsItself: work.installsItself });
  await uploadVersionFile(watched, config, communicator, driver.version);
  await uploadAdditions(watched, config, communicator, driver.version, additions);
  await provisionGuest(watched, {
    config,
    communicator,
    host,
    port,
    id: machine.uuid,
    key,
    http: http && { ip: NAT_HOST, port: http.port },
  });
  await stop(watched, config, work, running, communicator);
}

/** What fits in VirtualBox's keyboard (64 bytes, up to two for a code) and a BIOS (15 keys) when both are empty. */
const CODES_PER_CALL = 25;

async function type(run: BuilderRun, config: SessionConfig, { driver, machine, surroundings }: Work): Promise<void> {
  const feedback = createTypingFeedback(driver.call, machine.uuid);
  const keyboard = createScanCodeKeyboard(
    async (codes, strokes, signal) => {
      await feedback.ready(signal);
      feedback.typing(strokes);
      await driver.call(["controlvm", machine.uuid, "keyboardputscancode", ...codes], { signal });
    },
    { codesPerCall: CODES_PER_CALL, intervalMs: keyIntervalMs(run, config.boot_keygroup_interval) ?? 0 },
  );
  await typeBootCommand(run, {
    commands: config.boot_command ?? [],
    values: surroundings.values,
    waitMs: config.boot_wait,
    keyboard,
  });
}

async function stop(
  run: BuilderRun,
  config: SessionConfig,
  { driver, machine }: Work,
  { watch }: RunningMachine,
  communicator: Awaited<ReturnType<typeof connect>>,
): Promise<void> {
  const control = (command: string) => async (signal: AbortSignal) =>
    void (await driver.call(["controlvm", machine.uuid, command], { signal }));
  watch.expectOff();
  await shutdownGuest(run, {
    command: config.shutdown_command,
    communicator,
    timeoutMs: config.shutdown_timeout,
    pressPowerButton: control("acpipowerbutton"),
    powerOff: control("poweroff"),
    waitUntilOff: (signal) => watch.waitUntilOff(signal),
    disabled: config.disable_shutdown,
    preferPowerButton: config.acpi_shutdown,
  });
  watch.end();
  if (config.post_shutdown_delay > 0) await sleep(config.post_shutdown_delay, run.signal);
}
