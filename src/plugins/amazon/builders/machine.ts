import { readFile } from "node:fs/promises";
import type { Instance } from "@aws-sdk/client-ec2";
import { AmazonError } from "../aws/failure.ts";
import { BuildError, ConnectionLost } from "../../../sdk/error.ts";
import { expandPath } from "../../../sdk/expand-path.ts";
import type { CommunicatorConfig } from "../../../sdk/schema/communicator.ts";
import { guestLogin } from "../../../sdk/schema/guest-login.ts";
import { connect } from "../../../steps/connect.ts";
import { provisionGuest } from "../../../steps/provision.ts";
import { hostOf } from "./address.ts";
import { amazonGeneratedData, templateValues, type AmazonBuild } from "./build.ts";
import type { BlockDevice } from "./options/block-device.ts";
import type { RunConfig } from "./options/run.ts";
import { machineKey, type MachineKey } from "./key-pair.ts";
import { launchInstance, type LaunchedInstance } from "./launch.ts";
import { findNetwork } from "./network.ts";
import { instanceProfile } from "./profile.ts";
import { securityGroups } from "./security-group.ts";
import { ssmTunnel } from "./ssm-tunnel.ts";
import { stopInstance } from "./stop.ts";
import { windowsPassword } from "./windows-password.ts";

export type MachineConfig = RunConfig & CommunicatorConfig;

export interface MachineOptions {
  readonly devices: readonly BlockDevice[];
  /** Runs as soon as the machine does, before anybody logs in. */
  readonly whenRunning?: (instance: Instance) => Promise<void>;
}

/** From nothing to a provisioned machine that has been stopped: the part that all Amazon builders share. */
export async function provisionMachine(
  build: AmazonBuild,
  config: MachineConfig,
  options: MachineOptions,
): Promise<LaunchedInstance> {
  const network = await findNetwork(build, config);
  const machine = await machineKey(build, config);
  const groups = await securityGroups(build, config, network);
  const profile = await instanceProfile(build, config);
  const { keyName } = machine;
  const launched = await launchInstance(build, config, { network, groups, keyName, profile, devices: options.devices });
  const { instance } = launched;
  await options.whenRunning?.(instance);
  try {
    await provision(build, config, { instance, machine });
  } catch (error) {
    throw await explainLoss(build, instance.InstanceId!, error);
  }
  await stopInstance(build, config, instance.InstanceId!);
  return launched;
}

async function provision(
  build: AmazonBuild,
  config: MachineConfig,
  { instance, machine }: { readonly instance: Instance; readonly machine: MachineKey },
): Promise<void> {
  const { run } = build;
  const id = instance.InstanceId!;
  const password = await passwordFor(build, config, { id, machine });
  const login = { ...config, ...(password !== undefined && { ssh_password: password, winrm_password: password }) };
  const isTunnelled = config.ssh_interface === "session_manager" && config.communicator !== "none";
  const inMachine = guestLogin(config);
  const port = isTunnelled ? await ssmTunnel(build, config, id) : inMachine.port;
  const address = addressOf(build, config, instance);
  const host = isTunnelled ? "127.0.0.1" : (inMachine.host ?? address.next);
  const key = machine.key.privateKey ? machine.key : undefined;
  const communicator = await connect(run, { config: login, host, port, key, refusalGraceMs: 60_000 });
  const values = templateValues(build);
  await provisionGuest(run, {
    config: login,
    communicator,
    host: typeof host === "string" ? host : (address.latest() ?? ""),
    port,
    id,
    key: machine.key,
    extra: Object.fromEntries(amazonGeneratedData.map((name) => [name, String(values[name] ?? "")])),
  });
}

/** What the launch returned goes first; then EC2 is asked for every attempt, since a public address may come late. */
function addressOf(build: AmazonBuild, config: MachineConfig, instance: Instance) {
  let latest = hostOf(instance, config.ssh_interface);
  let isAsked = config.ssh_interface === undefined && !instance.PublicIpAddress;
  const next = async (): Promise<string | undefined> => {
    if (isAsked || latest === undefined) latest = await currentHost(build, config, instance.InstanceId!);
    isAsked = true;
    return latest;
  };
  return { next, latest: () => latest };
}

async function currentHost(
  { run, cloud }: AmazonBuild,
  config: MachineConfig,
  id: string,
): Promise<string | undefined> {
  const Filters = [{ Name: "instance-id", Values: [id] }];
  const { Reservations } = await cloud.ec2().call("DescribeInstances", { Filters }, { signal: run.signal });
  const instance = Reservations?.[0]?.Instances?.[0];
  const state = instance?.State?.Name;
  if (instance && state !== "running" && state !== "pending") throw endedEarly(id, instance);
  return instance && hostOf(instance, config.ssh_interface);
}

async function passwordFor(
  build: AmazonBuild,
  config: MachineConfig,
  { id, machine }: { readonly id: string; readonly machine: MachineKey },
): Promise<string | undefined> {
  const isWindows = build.source.Platform?.toLowerCase() === "windows" || config.communicator === "winrm";
  if (!isWindows || config.communicator === "none" || guestLogin(config).password) return undefined;
  const privateKey = await passwordKey(build, config, machine);
  if (privateKey === "") return undefined;
  const timeoutMs = config.windows_password_timeout;
  const password = await windowsPassword(build, { instanceId: id, privateKey, timeoutMs });
  if (password === undefined) build.run.warn(noPassword[config.communicator]);
  return password;
}

const noPassword = {
  ssh: "Windows has given no password in time; logging in with the key alone",
  winrm: "Windows has given no password in time: an image may keep its own, which winrm_password then has to name",
} as const;

/** The key that Windows encrypted its password for: ours, or for WinRM the file of the pair that the user named. */
async function passwordKey({ run }: AmazonBuild, config: MachineConfig, { key }: MachineKey): Promise<string> {
  const file = config.ssh_private_key_file;
  if (key.privateKey !== "" || config.communicator !== "winrm" || file === undefined || file === "") {
    return key.privateKey;
  }
  return readFile(expandPath(run, file), "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError(`Could not read the private key "${file}": ${why}`, { cause });
  });
}

/** A machine that Amazon took away looks like a broken connection: say which of the two it was. */
async function explainLoss({ run, cloud }: AmazonBuild, id: string, error: unknown): Promise<unknown> {
  if (run.signal.aborted || error instanceof AmazonError) return error;
  const isLoss = error instanceof ConnectionLost || /connection|SSH|WinRM|disconnect/i.test(String(error));
  if (!isLoss) return error;
  const Filters = [{ Name: "instance-id", Values: [id] }];
  const answer = await cloud
    .ec2()
    .call("DescribeInstances", { Filters })
    .catch(() => undefined);
  const instance = answer?.Reservations?.[0]?.Instances?.[0];
  const state = instance?.State?.Name;
  if (instance === undefined || state === "running" || state === "pending") return error;
  return endedEarly(id, instance, error);
}

function endedEarly(id: string, instance: Instance, cause?: unknown): BuildError {
  const reason = instance.StateReason?.Message ?? instance.StateTransitionReason ?? "";
  const summary = `The instance ${id} is ${instance.State?.Name} before the build was done with it.`;
  const isSpot = instance.InstanceLifecycle === "spot" || /spot/i.test(reason);
  if (!isSpot) return new BuildError(`${summary} ${reason || "EC2 does not say why"}.`, { cause });
  return new BuildError(`${summary} This was a spot interruption: Amazon took the machine back.`, {
    cause,
    hint: "Build again, name more sizes in spot_instance_types, or use an instance on demand.",
  });
}
