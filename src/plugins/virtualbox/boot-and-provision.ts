import { sleep } from "../../lib/retry.ts";
import type { Communicator } from "../../sdk/communicator.ts";
import type { SaveMachine } from "../../sdk/checkpoint.ts";
import type { BuilderRun } from "../../sdk/component.ts";
import { guestLogin } from "../../sdk/schema/guest-login.ts";
import { watchedRun } from "../../steps/watched-run.ts";
import { keyIntervalMs, typeBootCommand } from "../../steps/boot-command/type-boot-command.ts";
import { connect } from "../../steps/connect.ts";
import { setGuestClock } from "../../steps/guest-clock.ts";
import { provisionGuest } from "../../steps/provision.ts";
import { shutdownGuest } from "../../steps/shutdown.ts";
import { uploadAdditions, uploadVersionFile } from "./additions.ts";
import type { Driver, Machine } from "./driver/driver.ts";
import { NAT_HOST, type MachineInputs } from "./machine-inputs.ts";
import type { CommonConfig } from "./options/common-config.ts";
import { powerOn, type RunningMachine } from "./power-on.ts";
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

/** A machine that can be logged in to. */
export interface ReadyGuest {
  readonly running: RunningMachine;
  /** Ends when the machine is lost. */
  readonly run: BuilderRun;
  readonly communicator: Communicator;
}

/** From power-on to the first login. */
export async function boot(run: BuilderRun, config: CommonConfig, guest: Guest): Promise<ReadyGuest> {
  const { driver, machine, inputs } = guest;
  const running = await powerOn(run, config, { driver, vm: machine.uuid, ports: inputs.ports });
  const watched = watchedRun(run, running);
  if (config.disable_shutdown && config.communicator === "none") running.watch.expectOff();
  await type(watched, config, guest);
  const communicator = await logIn(watched, config, { ...guest, running });
  const { version } = driver;
  await uploadVersionFile(watched, config, { communicator, version });
  await uploadAdditions(watched, config, { communicator, version, iso: inputs.additions });
  return { running, run: watched, communicator };
}

/** A machine that goes on where it was saved, from power-on to the first login. */
export async function goOn(run: BuilderRun, config: CommonConfig, guest: Guest): Promise<ReadyGuest> {
  const { driver, machine, inputs } = guest;
  const running = await powerOn(run, config, { driver, vm: machine.uuid, ports: inputs.ports });
  const watched = watchedRun(run, running);
  const communicator = await logIn(watched, { ...config, ...SOON }, { ...guest, running, installsItself: false });
  await setGuestClock(watched, communicator, { password: guestLogin(config).password });
  return { running, run: watched, communicator };
}

/** A machine that was let in to once answers soon, or never: milliseconds. Where there is no VT-x soon is a minute. */
const SOON = { ssh_timeout: 300_000, winrm_timeout: 300_000, pause_before_connecting: 0 };

type LoginTarget = Guest & { readonly running: RunningMachine };

function logIn(run: BuilderRun, config: CommonConfig, target: LoginTarget): Promise<Communicator> {
  const { running, inputs, installsItself } = target;
  return connect(run, {
    config,
    ...addressOf(config, running),
    key: inputs.key,
    installsItself,
    screenshot: (signal) => running.screenshot(signal),
  });
}

function addressOf(
  config: CommonConfig,
  { sshPort }: RunningMachine,
): { readonly host: string; readonly port: number } {
  const login = guestLogin(config);
  return { host: login.host ?? "127.0.0.1", port: sshPort ?? login.port };
}

export type ProvisionedGuest = Guest & ReadyGuest & { readonly save?: SaveMachine | undefined };

/** From the first login to power-off. */
export async function provisionAndStop(config: CommonConfig, guest: ProvisionedGuest): Promise<void> {
  const { run, driver, machine, running, communicator, save } = guest;
  const { key, http } = guest.inputs;
  await provisionGuest(run, {
    config,
    communicator,
    ...addressOf(config, running),
    id: machine.uuid,
    key,
    http: http && { ip: NAT_HOST, port: http.port },
    save,
  });
  await stop(run, config, { driver, vm: machine.uuid, watch: running.watch, communicator });
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
