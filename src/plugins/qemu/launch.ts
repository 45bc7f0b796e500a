import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { QmpClient } from "./qmp.ts";
import type { Run, Step } from "../../sdk/run.ts";
import type { SavedMachine } from "../../sdk/checkpoint.ts";
import { BuildError } from "../../sdk/error.ts";
import { guestLogin } from "../../sdk/schema/guest-login.ts";
import type { MachineWatch } from "../../steps/watched-run.ts";
import type { MachineValues } from "../../sdk/schema/boot.ts";
import { reservePortFor } from "../../steps/reserved-port.ts";
import type { ChosenAccelerator } from "./accelerator.ts";
import { commandLine, type QemuMachineFacts, type UserArguments } from "./command-line.ts";
import type { QemuConfig } from "./options/qemu.ts";
import { controlSockets, type ControlSockets } from "./control-sockets.ts";
import { loadMemory, type MemorySource } from "./checkpoints/migration.ts";
import { chooseDisplay } from "./display.ts";
import type { Drives } from "./drive-arguments.ts";
import type { EfiFirmware } from "./efi-firmware.ts";
import { startMachine, type RunningQemu } from "./machine.ts";
import { screenshot } from "./screen.ts";
import { PortTakenError } from "./start-failure.ts";
import { startTpm } from "./tpm.ts";

export interface QemuLaunchPlan extends Drives {
  readonly name: string;
  readonly accelerator: ChosenAccelerator;
  readonly floppy: string | undefined;
  readonly efi: EfiFirmware | undefined;
  readonly outputDirectory: string;
  /** The memory of a saved machine, which goes on instead of one that boots. */
  readonly memory?: SavedMachine["memory"] | undefined;
  /** What `qemuargs` may use, but for what is known only here. */
  readonly values: MachineValues;
}

/** A running machine, and how to reach it. */
export interface LaunchedMachine extends RunningQemu, MachineWatch {
  readonly qmp: QmpClient;
  /** The port of this host that leads to the guest's SSH (or WinRM) port; absent where none is forwarded. */
  readonly hostPort: number | undefined;
}

/** Another program may take a port between our check and QEMU's; it is then started again with other ports. */
const START_ATTEMPTS = 5;

/** Reserves ports and starts the machine (and its TPM). */
export async function launchMachine(run: Run, config: QemuConfig, plan: QemuLaunchPlan): Promise<LaunchedMachine> {
  const display = await chooseDisplay(run, config, run.signal);
  const password = vncPassword(run, config);
  if (plan.accelerator.doubt !== undefined) run.warn(plan.accelerator.doubt);
  const endsByItself = config.communicator === "none";
  const taken = new Set<number>();
  for (let attempt = 1; ; attempt++) {
    const sockets = controlSockets(run.directories.temp);
    const ports = await reservePorts(run, config, taken);
    if (config.vtpm) await startTpm(run, config, sockets);
    const facts = machineFacts(config, plan, { sockets, display, ports, hasPassword: password !== undefined });
    const args = commandLine(config, facts, userArguments(config, plan, ports.ssh));
    try {
      return await run.step("start machine", async (step) => {
        announce(run, facts);
        const start = { name: plan.name, binary: config.qemu_binary, args, sockets, endsByItself };
        const machine = await startMachine(run, step, start);
        if (plan.memory) await resumeFrom(machine.qmp, { memory: plan.memory, socket: sockets.memory }, step.signal);
        if (password !== undefined) await setVncPassword(machine.qmp, password, step);
        return launched(run, machine, ports.ssh);
      });
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === START_ATTEMPTS) throw error;
      run.debug("ports", error.message);
      for (const port of [ports.ssh, ports.vnc]) if (port !== undefined) taken.add(port);
    }
  }
}

/** Ports of this host; absent where the machine needs none. */
interface Ports {
  readonly ssh: number | undefined;
  readonly vnc: number | undefined;
}

async function reservePorts(run: Run, config: QemuConfig, taken: ReadonlySet<number>): Promise<Ports> {
  const ssh = await reserveSshPort(run, config, taken);
  return { ssh, vnc: await reserveVncPort(run, config, taken) };
}

async function reserveSshPort(run: Run, config: QemuConfig, taken: ReadonlySet<number>): Promise<number | undefined> {
  const isForwarded = config.communicator !== "none" && !config.skip_nat_mapping && config.net_bridge === undefined;
  if (!isForwarded) return undefined;
  const purpose = config.communicator === "winrm" ? "WinRM" : "SSH";
  return reservePortFor(run, purpose, { min: config.host_port_min, max: config.host_port_max, taken });
}

async function reserveVncPort(run: Run, config: QemuConfig, taken: ReadonlySet<number>): Promise<number | undefined> {
  if (config.disable_vnc) return undefined;
  const { vnc_port_min: min, vnc_port_max: max, vnc_bind_address: host } = config;
  return reservePortFor(run, "VNC", { min, max, host, taken });
}

interface LaunchContext {
  readonly sockets: ControlSockets;
  readonly display: string | undefined;
  readonly ports: Ports;
  readonly hasPassword: boolean;
}

function machineFacts(config: QemuConfig, plan: QemuLaunchPlan, context: LaunchContext): QemuMachineFacts {
  const { sockets, display, ports, hasPassword } = context;
  const { vnc_bind_address: host } = config;
  return {
    name: plan.name,
    accelerator: plan.accelerator.accelerator,
    disks: plan.disks,
    cdroms: plan.cdroms,
    floppy: plan.floppy,
    forward: ports.ssh === undefined ? undefined : { hostPort: ports.ssh, guestPort: guestLogin(config).port },
    vnc: ports.vnc === undefined ? undefined : { host, port: ports.vnc, password: hasPassword },
    display,
    efi: plan.efi,
    tpmSocket: config.vtpm ? sockets.tpm : undefined,
    qmpSocket: userSocket(config, plan),
    controlSockets: [sockets.control, sockets.screen],
    isRestored: plan.memory !== undefined,
  };
}

async function resumeFrom(qmp: QmpClient, source: MemorySource, signal: AbortSignal): Promise<void> {
  await loadMemory(qmp, source, signal);
  await qmp.execute("cont", {}, { signal });
}

function launched(run: Run, machine: RunningQemu, hostPort: number | undefined): LaunchedMachine {
  return {
    qmp: machine.qmp,
    lost: machine.lost,
    exited: machine.exited,
    lose: (reason) => machine.lose(reason),
    expectExit: () => machine.expectExit(),
    powerOff: () => machine.powerOff(),
    hostPort,
    screenshot: async (signal) => {
      if (machine.lost.aborted) return undefined;
      return screenshot(machine.qmp, run.directories.temp, signal);
    },
  };
}

function userSocket(config: QemuConfig, plan: QemuLaunchPlan): string | undefined {
  if (!config.qmp_enable && config.qmp_socket_path === undefined) return undefined;
  return config.qmp_socket_path ?? join(plan.outputDirectory, `${plan.name}.monitor`);
}

function userArguments(config: QemuConfig, plan: QemuLaunchPlan, hostPort: number | undefined): UserArguments {
  const values = {
    ...plan.values,
    HTTPDir: config.http_directory ?? "",
    HTTPContent: config.http_content ?? {},
    OutputDir: plan.outputDirectory,
    SSHHostPort: hostPort ?? 0,
  };
  const rendered = (rows: QemuConfig["qemuargs"]) => rows.map((row) => row.map((part) => part.render(values)));
  return { replacing: rendered(config.qemuargs), appended: rendered(config.qemuargs_append) };
}

function announce(run: Run, { vnc, accelerator }: QemuMachineFacts): void {
  run.say(`Starting the machine (${accelerator})`);
  if (vnc) run.say(`To watch it: vnc://${vnc.host}:${vnc.port}, or run "imgbuild screen"`);
}

/** VNC authentication uses eight characters at most (RFC 6143, 7.2.2). */
const PASSWORD_LENGTH = 8;
const PASSWORD_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

function vncPassword(run: Run, config: QemuConfig): string | undefined {
  if (config.disable_vnc) return undefined;
  if (config.vnc_password !== undefined) {
    run.secret(config.vnc_password);
    return config.vnc_password;
  }
  if (!config.vnc_use_password) return undefined;
  const letters = Array.from({ length: PASSWORD_LENGTH }, () => PASSWORD_LETTERS[randomInt(PASSWORD_LETTERS.length)]);
  // Shown, not masked: the user needs it to watch.
  run.say(`The VNC password is: ${letters.join("")}`);
  return letters.join("");
}

async function setVncPassword(qmp: QmpClient, password: string, { signal }: Step): Promise<void> {
  try {
    await qmp.execute("set_password", { protocol: "vnc", password }, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new BuildError("QEMU did not take the VNC password", { cause });
  }
}
