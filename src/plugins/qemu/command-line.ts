import { escape, optional, type Argument } from "./argument.ts";
import type { QemuConfig } from "./options/qemu.ts";
import { machineTraits, type MachineTraits } from "./machine-traits.ts";
import { driveArguments, type Drives } from "./drive-arguments.ts";
import type { Accelerator } from "./options/machine.ts";

/** Everything a command line is made from that is not in the configuration. Paths are absolute. */
export interface QemuMachineFacts extends Drives {
  readonly name: string;
  readonly accelerator: Accelerator;
  readonly floppy?: string | undefined;
  /** Forwards `127.0.0.1:hostPort` to `guestPort`. */
  readonly forward?: { readonly hostPort: number; readonly guestPort: number } | undefined;
  readonly vnc?: { readonly host: string; readonly port: number; readonly password: boolean } | undefined;
  /** Value of `-display`; absent where the switch is left out. */
  readonly display?: string | undefined;
  readonly efi?: { readonly code: string; readonly vars: string; readonly secure: boolean } | undefined;
  readonly tpmSocket?: string | undefined;
  /** The user's own QMP socket. */
  readonly qmpSocket?: string | undefined;
  /** Ours: one for the build, one for `imgbuild screen`. A QMP socket serves one client at a time. */
  readonly controlSockets: readonly string[];
  /** Memory and devices will be brought in from a saved machine. */
  readonly isRestored?: boolean | undefined;
}

/** `qemuargs` and `qemuargs_append`, rendered. */
export interface UserArguments {
  readonly replacing: readonly (readonly string[])[];
  readonly appended: readonly (readonly string[])[];
}

/**
 * The arguments of QEMU, always in the same order. A switch in `qemuargs` takes the place of all defaults of that
 * switch, but the network device stays unless one is named; imgbuild's control sockets are added whatever was replaced.
 */
export function commandLine(config: QemuConfig, facts: QemuMachineFacts, user: UserArguments): string[] {
  const replacing = user.replacing.map(toArgument);
  const replaced = new Set(replacing.map(([name]) => name));
  const kept = defaultArguments(config, facts).filter(([name]) => !replaced.has(name));
  const losesNetwork = replaced.has("-device") && !namesOwnNetwork(replacing);
  const network = losesNetwork ? [networkDevice(config)] : [];
  const all = [...kept, ...replacing, ...network, ...user.appended.map(toArgument), ...controlArguments(facts)];
  return all.flat().filter((word) => word !== undefined);
}

/** A row of `qemuargs`: a switch, and values which are joined without a separator. */
function toArgument([name, ...values]: readonly string[]): Argument {
  return [name!, values.join("") || undefined];
}

function namesOwnNetwork(replacing: readonly Argument[]): boolean {
  return replacing.some(([name, value]) => name === "-device" && value?.includes("netdev=") === true);
}

function defaultArguments(config: QemuConfig, facts: QemuMachineFacts): Argument[] {
  const traits = machineTraits(config);
  return [
    ["-name", escape(facts.name)],
    ...optional("-machine", machineType(traits, facts)),
    ["-m", `${config.memory}M`],
    ["-smp", processors(config)],
    ...optional("-cpu", traits.cpuModel),
    ...bootOrder(config, facts, traits),
    ...firmware(config, facts),
    ["-netdev", network(config, facts)],
    networkDevice(config),
    ...driveArguments(config, facts),
    ...optional("-fda", facts.floppy),
    ...tpm(traits, facts.tpmSocket),
    ...seat(config, traits),
    ...optional("-vga", config.vga),
    ...optional("-vnc", facts.vnc && vncServer(facts.vnc)),
    ...optional("-display", facts.display),
    ...optional("-incoming", facts.isRestored === true ? "defer" : undefined),
    ...optional("-qmp", facts.qmpSocket && `unix:${escape(facts.qmpSocket)},server=on,wait=off`),
  ];
}

function machineType({ machineType: type }: MachineTraits, facts: QemuMachineFacts): string | undefined {
  const parts = type === undefined ? [] : [`type=${type}`];
  if (facts.accelerator !== "none") parts.push(`accel=${facts.accelerator}`);
  if (facts.efi?.secure === true) parts.push("smm=on");
  return parts.length === 0 ? undefined : parts.join(",");
}

function processors({ cpus, sockets, cores, threads }: QemuConfig): string {
  const topology = { sockets, cores, threads };
  const given = Object.entries(topology).filter(([, count]) => count !== undefined);
  const product = (sockets ?? 1) * (cores ?? 1) * (threads ?? 1);
  if (given.length === 0) return String(cpus ?? 1);
  return [`cpus=${cpus ?? product}`, ...given.map(([name, count]) => `${name}=${count}`)].join(",");
}

/** UEFI keeps its own boot order in its variables. */
function bootOrder(config: QemuConfig, facts: QemuMachineFacts, { hasBootOrder }: MachineTraits): Argument[] {
  if (facts.efi || !hasBootOrder) return [];
  return [["-boot", config.disk_image ? "c" : "once=d"]];
}

function firmware(config: QemuConfig, { efi }: QemuMachineFacts): Argument[] {
  if (efi) {
    const flash = [readOnlyFlash(efi.code), writableFlash(efi.vars)];
    return efi.secure ? [["-global", "driver=cfi.pflash01,property=secure,value=on"], ...flash] : flash;
  }
  if (config.firmware === undefined) return [];
  return [config.use_pflash ? readOnlyFlash(config.firmware) : ["-bios", config.firmware]];
}

function readOnlyFlash(path: string): Argument {
  return ["-drive", `file=${escape(path)},if=pflash,unit=0,format=raw,readonly=on`];
}

function writableFlash(path: string): Argument {
  return ["-drive", `file=${escape(path)},if=pflash,unit=1,format=raw`];
}

/** The forwarded port is reachable on this host only. */
function network(config: QemuConfig, { forward }: QemuMachineFacts): string {
  if (config.net_bridge !== undefined) return `bridge,id=user.0,br=${escape(config.net_bridge)}`;
  if (!forward) return "user,id=user.0";
  return `user,id=user.0,hostfwd=tcp:127.0.0.1:${forward.hostPort}-:${forward.guestPort}`;
}

function networkDevice(config: QemuConfig): Argument {
  return ["-device", `${config.net_device},netdev=user.0`];
}

function tpm({ tpmDevice }: MachineTraits, socket: string | undefined): Argument[] {
  if (socket === undefined) return [];
  return [
    ["-chardev", `socket,id=vtpm,path=${escape(socket)}`],
    ["-tpmdev", "emulator,id=tpm0,chardev=vtpm"],
    ["-device", `${tpmDevice},tpmdev=tpm0`],
  ];
}

/** A screen and a keyboard, where the machine has none and the template adds none. */
function seat({ vga, qemuargs_append: appended }: QemuConfig, { hasKeyboard }: MachineTraits): Argument[] {
  if (hasKeyboard) return [];
  const added = appended.flat().map(({ text }) => text);
  const adds = (pattern: RegExp): boolean => added.some((text) => pattern.test(text));
  const screen: Argument[] = vga === undefined && !adds(/-gpu|VGA|ramfb/) ? [["-device", "virtio-gpu-pci"]] : [];
  if (adds(/-kbd|virtio-keyboard/)) return screen;
  const controller: Argument[] = adds(/xhci|ehci/) ? [] : [["-device", "qemu-xhci"]];
  return [...screen, ...controller, ["-device", "usb-kbd"]];
}

/** The password itself is set through QMP: an argument could be read by every user of the host. */
function vncServer({ host, port, password }: NonNullable<QemuMachineFacts["vnc"]>): string {
  const address = host.includes(":") ? `[${host}]` : host;
  const display = `${address}:${port - 5900}`;
  return password ? `${display},password=on` : display;
}

function controlArguments({ controlSockets }: QemuMachineFacts): Argument[] {
  return controlSockets.flatMap((path, index): Argument[] => [
    ["-chardev", `socket,id=imgbuild${index},path=${escape(path)},server=on,wait=off`],
    ["-mon", `chardev=imgbuild${index},mode=control`],
  ]);
}
