import { sleep } from "../../lib/retry.ts";
import type { Communicator } from "../../sdk/communicator.ts";
import type { BuilderRun } from "../../sdk/component.ts";
import { guestLogin } from "../../sdk/schema/guest-login.ts";
import { watchedRun } from "../../steps/watched-run.ts";
import { keyIntervalMs, typeBootCommand } from "../../steps/boot-command/type-boot-command.ts";
import { connect } from "../../steps/connect.ts";
import { provisionGuest } from "../../steps/provision.ts";
import { shutdownGuest } from "../../steps/shutdown.ts";
import { uploadAdditions, uploadVersionFile } from "./additions.ts";
import type { Driver, Machine } from "./driver/driver.ts";
import { NAT_HOST, type MachineInputs } from "./machine-inputs.ts";
import type { CommonConfig } from "./options/common-config.ts";
import { powerOn } from "./power-on.ts";
import { CODES_PER_CALL, createScanCodeKeyboard } from "./scan-code-keyboard.ts";
import type { Target } from "./target.ts";
import { createTypingFeedback } from "./typing-feedback.ts";
import type { Watch } from "./watch.ts";

export interface Guest {
  readonly driver: Driver;
  readonly machine: Machine;
  readonly inputs: MachineInputs;
  /** The system is being installed while we wait for SSH. */
  readonly installsItself: boolean;
}

/** From power-on to power-off: everything that needs the machine to run. */
export async function bootAndProvision(run: BuilderRun, config: CommonConfig, guest: Guest): Promise<void> {
  const { driver, machine, installsItself } = guest;
  const { key, http, ports, additions: iso } = guest.inputs;
  const running = await powerOn(run, config, { driver, vm: machine.uuid, ports });
  const watched = watchedRun(run, running);
  if (config.disable_shutdown && config.communicator === "none") running.watch.expectOff();
  await type(watched, config, guest);
  const login = guestLogin(config);
  const host = login.host ?? "127.0.0.1";
  const port = running.sshPort ?? login.port;
  const communicator = await connect(watched, {
    config,
    host,
    port,
    key,
    installsItself,
    screenshot: (signal) => running.screenshot(signal),
  });
  const { version } = driver;
  await uploadVersionFile(watched, config, { communicator, version });
  await uploadAdditions(watched, config, { communicator, version, iso });
  await provisionGuest(watched, {
    config,
    communicator,
    host,
    port,
    id: machine.uuid,
    key,
    http: http && { ip: NAT_HOST, port: http.port },
  });
  await stop(watched, config, { driver, vm: machine.uuid, watch: running.watch, communicator });
}

async function type(run: BuilderRun, config: CommonConfig, { driver, machine, inputs }: Guest): Promise<void> {
  const vm = machine.uuid;
  const feedback = createTypingFeedback(driver, vm);
  const keyboard = createScanCodeKeyboard(
    async (codes, strokes, signal) => {
      await feedback.ready(signal);
      feedback.typing(strokes);
      await driver.sendScanCodes({ vm, codes, signal });
    },
    { codesPerCall: CODES_PER_CALL, intervalMs: keyIntervalMs(run, config.boot_keygroup_interval) ?? 0 },
  );
  await typeBootCommand(run, {
    commands: config.boot_command ?? [],
    values: inputs.values,
    waitMs: config.boot_wait,
    keyboard,
  });
}

interface RunningGuest extends Target {
  readonly watch: Watch;
  readonly communicator: Communicator;
}

async function stop(
  run: BuilderRun,
  config: CommonConfig,
  { driver, vm, watch, communicator }: RunningGuest,
): Promise<void> {
  watch.expectOff();
  await shutdownGuest(run, {
    command: config.shutdown_command,
    communicator,
    timeoutMs: config.shutdown_timeout,
    pressPowerButton: (signal) => driver.pressPowerButton({ vm, signal }),
    powerOff: (signal) => driver.powerOff({ vm, signal }),
    waitUntilOff: (signal) => watch.waitUntilOff(signal),
    disabled: config.disable_shutdown,
    preferPowerButton: config.acpi_shutdown,
  });
  watch.end();
  if (config.post_shutdown_delay > 0) await sleep(config.post_shutdown_delay, run.signal);
}
