import { onOff } from "./on-off.ts";
import { isAtLeast, type VirtualBoxVersion } from "./version.ts";

/**
 * Settings of a machine that is off. What is `undefined` stays as it is. VirtualBox applies them in the order in which they
 * are written, and the order can matter: a USB mouse brings a USB controller to a machine that has none yet.
 */
export interface VmSettings {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Up to four devices. */
  readonly bootOrder?: readonly ("disk" | "dvd" | "none")[] | undefined;
  readonly cpus?: number | undefined;
  readonly memoryMib?: number | undefined;
  readonly ioApic?: boolean | undefined;
  readonly chipset?: string | undefined;
  readonly firmware?: string | undefined;
  /** The USB controller; `none` switches USB on without one. */
  readonly usb?: "off" | "none" | "ohci" | "ehci" | "xhci" | undefined;
  readonly mouse?: string | undefined;
  readonly keyboard?: string | undefined;
  /** Without a controller there is no sound; with a backend other than `none` there is input and output. */
  readonly audio?: { readonly controller: string; readonly backend: string } | undefined;
  /** The model of all network cards. */
  readonly networkCards?: string | undefined;
  readonly graphicsController?: string | undefined;
  readonly videoMemoryMib?: number | undefined;
  readonly accelerates3d?: boolean | undefined;
  readonly clockIsUtc?: boolean | undefined;
  readonly nestedVirtualization?: boolean | undefined;
  readonly tpm?: string | undefined;
  /** Hexadecimal digits, by the number of the network card from 1 on. */
  readonly macAddresses?: Readonly<Record<string, string>> | undefined;
  /** How the first network card is attached: `nat`, `bridged`, `none`, … */
  readonly network?: string | undefined;
  /** Name of a forwarded port of the first network card that is removed. */
  readonly removedForwarding?: string | undefined;
  readonly forwarding?: Forwarding | undefined;
  /** Lets a guest behind NAT reach this computer's loopback. Left out before VirtualBox 7.0, where it always can. */
  readonly natLocalhostReachable?: boolean | undefined;
  readonly remoteDisplay?: boolean | undefined;
  /** Where the remote display listens. It asks for no password. */
  readonly remoteDisplayServer?: { readonly address: string; readonly port: number } | undefined;
}

/** A TCP port of this computer that leads to one of the guest's. */
export interface Forwarding {
  readonly name: string;
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly guestPort: number;
}

type Version = VirtualBoxVersion | undefined;
type Format<Value> = (value: Value, version: Version) => readonly string[];

/**
 * The settings as arguments of `modifyvm`, spelled so that every VirtualBox from 6.1 to 7.2 knows them (7.x keeps the old
 * spellings, with one exception). An unknown version counts as a current one.
 */
export function settingsArguments(settings: VmSettings, version: Version): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const format = formats[key as keyof VmSettings] as Format<unknown>;
    return value === undefined ? [] : format(value, version);
  });
}

const formats: { readonly [Key in keyof VmSettings]-?: Format<NonNullable<VmSettings[Key]>> } = {
  name: option("--name"),
  description: option("--description"),
  bootOrder: (devices) => devices.flatMap((device, index) => [`--boot${index + 1}`, device]),
  cpus: option("--cpus"),
  memoryMib: option("--memory"),
  ioApic: toggle("--ioapic"),
  chipset: option("--chipset"),
  firmware: option("--firmware"),
  usb: formatUsb,
  mouse: option("--mouse"),
  keyboard: option("--keyboard"),
  audio: formatAudio,
  networkCards: (model) => [1, 2, 3, 4, 5, 6, 7, 8].flatMap((card) => [`--nictype${card}`, model]),
  macAddresses: (addresses) => Object.entries(addresses).flatMap(([card, mac]) => [`--macaddress${card}`, mac]),
  graphicsController: option("--graphicscontroller"),
  videoMemoryMib: option("--vram"),
  accelerates3d: toggle("--accelerate3d"),
  clockIsUtc: toggle("--rtcuseutc"),
  nestedVirtualization: toggle("--nested-hw-virt"),
  tpm: option("--tpm-type"),
  network: option("--nic1"),
  removedForwarding: (name) => ["--natpf1", "delete", name],
  forwarding: (forwarding) => ["--natpf1", forwardingRule(forwarding)],
  natLocalhostReachable: (value, version) => (isBefore7(version) ? [] : ["--nat-localhostreachable1", onOff(value)]),
  remoteDisplay: toggle("--vrde"),
  remoteDisplayServer: ({ address, port }) => [
    ...["--vrdeaddress", address, "--vrdeauthtype", "null"],
    ...["--vrdeport", String(port)],
  ],
};

/** The form of `--natpf1` and of `controlvm VM natpf1`. */
export function forwardingRule({ name, hostAddress, hostPort, guestPort }: Forwarding): string {
  return `${name},tcp,${hostAddress},${hostPort},,${guestPort}`;
}

function formatUsb(chosen: NonNullable<VmSettings["usb"]>): readonly string[] {
  if (chosen === "off") return ["--usb", "off"];
  const controllers = ["ohci", "ehci", "xhci"].flatMap((name) => [`--usb${name}`, onOff(name === chosen)]);
  return ["--usb", "on", ...controllers];
}

function formatAudio({ controller, backend }: NonNullable<VmSettings["audio"]>, version: Version): readonly string[] {
  const isOld = isBefore7(version);
  if (controller === "none") return isOld ? ["--audio", "none"] : ["--audio-enabled", "off"];
  const directions = backend === "none" ? [] : ["--audioin", "on", "--audioout", "on"];
  return [isOld ? "--audio" : "--audio-driver", backend, ...directions, "--audiocontroller", controller];
}

function option(name: string): Format<string | number> {
  return (value) => [name, String(value)];
}

function toggle(name: string): Format<boolean> {
  return (value) => [name, onOff(value)];
}

function isBefore7(version: Version): boolean {
  return version !== undefined && !isAtLeast(version, 7, 0);
}
