import { createNoneCommunicator } from "../communicators/none.ts";
import type { SshCommunicator } from "../communicators/ssh/ssh-communicator.ts";
import type { RefusalLimit } from "../communicators/ssh/wait-for-login.ts";
import type { WinrmCommunicator } from "../communicators/winrm/winrm-communicator.ts";
import { describeDuration } from "../lib/duration.ts";
import { sleep } from "../lib/retry.ts";
import type { Communicator } from "../sdk/communicator.ts";
import { withHeartbeat } from "../sdk/heartbeat.ts";
import { loginLine } from "../sdk/login-line.ts";
import type { Run } from "../sdk/run.ts";
import type { CommunicatorConfig } from "../sdk/schema/communicator.ts";
import { guestLogin } from "../sdk/schema/guest-login.ts";
import type { Screenshot } from "./screen-picture.ts";
import { withScreenWatch } from "./screen-watch.ts";

export interface ConnectOptions {
  readonly config: CommunicatorConfig;
  /** Asked before every attempt where it is a function; `undefined` while the address is not known. */
  readonly host: string | (() => Promise<string | undefined>);
  /** Default: the port of the template's communicator. */
  readonly port?: number | (() => Promise<number | undefined>) | undefined;
  /** The key made for this build. */
  readonly key?: { readonly privateKey: string; readonly privateKeyPath?: string | undefined } | undefined;
  /** Of the machine, where it can be looked at from here. */
  readonly screenshot?: Screenshot | undefined;
  /** The machine is installed during the wait, and its installer may run an SSH server that refuses us. */
  readonly installsItself?: boolean;
  /** `false` where nobody can look at the machine. */
  readonly hasScreen?: boolean;
  /** How long a machine may refuse the login before refusals count (cloud machines get their keys late). Default 8 s. */
  readonly refusalGraceMs?: number;
}

/**
 * Waits until the machine can be logged in to and keeps that connection for the build. Says why it is not ready yet,
 * once per change. Closed at the end of the build.
 */
export async function connect(run: Run, options: ConnectOptions): Promise<Communicator> {
  const { communicator: kind, pause_before_connecting: pauseMs } = options.config;
  if (kind === "none") return createNoneCommunicator();
  const name = names[kind];
  return run.step("connect to the machine", async ({ signal, onCleanup }) => {
    const entrance = entranceOf(run, options);
    const communicator = kind === "winrm" ? await createWinrm(run, entrance) : await createSsh(run, entrance);
    onCleanup(`the ${name} connection`, () => communicator.close());
    run.say(`Waiting for ${name} to become available...`);
    const started = performance.now();
    const limitMs = kind === "winrm" ? winrmTimeout(options.config) : timeLimit(options.config);
    await withHeartbeat<unknown>(run, name, { limitMs }, () =>
      withScreenWatch<unknown>(run, { what: name, screenshot: options.screenshot, login: entrance.login }, () =>
        communicator.connect(signal),
      ),
    );
    await pauseBeforeConnecting(run, communicator, pauseMs, signal);
    if (options.installsItself === true) await confirm(communicator, signal);
    const address = communicator.address.replace(/^\w+ /, "");
    const elapsed = describeDuration(performance.now() - started);
    run.say(`Connected to ${address} after ${elapsed}`);
    return communicator;
  });
}

const names = { ssh: "SSH", winrm: "WinRM" } as const;

/** A communicator whose connection may be made when it is wanted. */
interface Connectable extends Communicator {
  connect(signal: AbortSignal): Promise<unknown>;
  disconnect(options?: { readonly reinstalled?: boolean }): Promise<void>;
}

async function createSsh(run: Run, { options, address }: Entrance): Promise<SshCommunicator> {
  const { config, key } = options;
  const given = key?.privateKey ? key : undefined;
  // Loaded when there is something to connect to: checking a template must not wait for an SSH library.
  const [{ SshCommunicator }, { readSshSettings }] = await Promise.all([
    import("../communicators/ssh/ssh-communicator.ts"),
    import("../communicators/ssh/ssh-settings.ts"),
  ]);
  return new SshCommunicator({
    settings: await readSshSettings(run, config, given),
    address,
    timeoutMs: timeLimit(config),
    hasScreen: options.hasScreen ?? true,
    refusals: refusalLimit(options),
    onReason: (reason) => run.say(`SSH is not ready: ${reason}`),
    onWarning: (text) => run.warn(text),
    onDebug: (text, details) => run.debug("ssh", text, details),
  });
}

async function createWinrm(run: Run, { options, address }: Entrance): Promise<WinrmCommunicator> {
  const { config } = options;
  const [{ WinrmCommunicator }, { readWinrmSettings }] = await Promise.all([
    import("../communicators/winrm/winrm-communicator.ts"),
    import("../communicators/winrm/winrm-settings.ts"),
  ]);
  return new WinrmCommunicator({
    settings: readWinrmSettings(run, config),
    address,
    timeoutMs: winrmTimeout(config),
    hasScreen: options.hasScreen ?? true,
    refusals: winrmRefusals(options),
    onReason: (reason) => run.say(`WinRM is not ready: ${reason}`),
    onWarning: (text) => run.warn(text),
    onDebug: (text, details) => run.debug("winrm", text, details),
  });
}

/** Where the machine is entered: asked for again and again, and told to the run as soon as it is known. */
interface Entrance {
  readonly options: ConnectOptions;
  readonly address: () => Promise<Address | undefined>;
  /** For a person. */
  readonly login: () => string | undefined;
}

function entranceOf(run: Run, options: ConnectOptions): Entrance {
  const { config, key } = options;
  const where = addressOf(options);
  const keyFile = key?.privateKeyPath ?? config.ssh_private_key_file;
  const user = guestLogin(config).username;
  let command: string | undefined;
  const address = async () => {
    const known = await where();
    command = known && loginLine({ kind: config.communicator, ...known, user, keyFile });
    run.canBeEntered(command);
    return known;
  };
  return { options, address, login: () => command };
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function addressOf({ config, host, port = guestLogin(config).port }: ConnectOptions) {
  return async (): Promise<Address | undefined> => {
    const [knownHost, knownPort] = [await ask(host), await ask(port)];
    if (!knownHost || knownPort === undefined) return undefined;
    // As in a URL: `[::1]`.
    return { host: knownHost.replace(/^\[(.*)\]$/, "$1"), port: knownPort };
  };
}

async function ask<Value>(source: Value | (() => Promise<Value | undefined>)): Promise<Value | undefined> {
  return source instanceof Function ? source() : source;
}

const DEFAULT_WINRM_TIMEOUT_MS = 30 * 60_000;

function winrmTimeout({ winrm_timeout: given }: CommunicatorConfig): number {
  return given > 0 ? given : DEFAULT_WINRM_TIMEOUT_MS;
}

/** Windows opens WinRM a while before the accounts of the answer file can log in. */
const WINRM_GRACE_MS = 30_000;

/** A Windows that installs itself may refuse for as long as it takes; the time limit ends that. */
function winrmRefusals({ installsItself, refusalGraceMs = 0 }: ConnectOptions): RefusalLimit {
  if (installsItself === true) return { count: Infinity, graceMs: 0 };
  return { count: FEW_REFUSALS, graceMs: Math.max(WINRM_GRACE_MS, refusalGraceMs) };
}

const DEFAULT_TIMEOUT_MS = 5 * 60_000;
const FEW_REFUSALS = 5;

/** As in Packer: five minutes, unless the user limits only the attempts. */
function timeLimit({ ssh_timeout, ssh_handshake_attempts }: CommunicatorConfig): number | undefined {
  if (ssh_timeout !== undefined && ssh_timeout > 0) return ssh_timeout;
  if (ssh_handshake_attempts !== undefined) return undefined;
  return DEFAULT_TIMEOUT_MS;
}

/**
 * A machine that boots a finished system refuses a wrong key for ever, so a few refusals are enough. An installer may
 * refuse for as long as the installation lasts; a user who gave only `ssh_timeout` for such a machine means just that.
 */
export function refusalLimit(
  options: Pick<ConnectOptions, "config" | "installsItself" | "refusalGraceMs">,
): RefusalLimit {
  const { config, installsItself = false, refusalGraceMs: graceMs = 8000 } = options;
  const { ssh_timeout, ssh_handshake_attempts } = config;
  if (ssh_handshake_attempts !== undefined) return { count: ssh_handshake_attempts, graceMs: 0 };
  if (!installsItself) return { count: FEW_REFUSALS, graceMs };
  if (ssh_timeout !== undefined) return { count: Infinity, graceMs: 0 };
  return { count: 2 * FEW_REFUSALS, graceMs };
}

async function pauseBeforeConnecting(
  run: Run,
  communicator: Connectable,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  if (ms <= 0) return;
  await communicator.disconnect({ reinstalled: true });
  run.say(`Pausing for ${describeDuration(ms)} before connecting for good (pause_before_connecting)`);
  await sleep(ms, signal);
  await communicator.connect(signal);
}

const CONFIRM_AFTER_MS = 1000;

/** An installer may let us in a moment before it restarts the machine: only a login that lasts counts. */
async function confirm(communicator: SshCommunicator | WinrmCommunicator, signal: AbortSignal): Promise<void> {
  for (;;) {
    await communicator.connect(signal);
    await sleep(CONFIRM_AFTER_MS, signal);
    if (await communicator.isConnected(signal)) return;
    await communicator.disconnect({ reinstalled: true });
  }
}
