/** A machine of the fake VirtualBox. */
export interface FakeMachine {
  readonly uuid: string;
  name: string;
  readonly guestType: string;
  folder: string;
  /** Everything a snapshot keeps. */
  settings: Settings;
  readonly snapshots: FakeSnapshot[];
  current: FakeSnapshot | undefined;
  readonly extraData: Map<string, string>;
  state: "poweroff" | "running" | "saved" | "stopping" | "aborted" | "gurumeditation";
  /** What a machine that is `saved` goes on from. */
  stateFile?: string | undefined;
  /** So many calls from now VirtualBox still holds its lock. */
  lockedFor: number;
  /** Scan codes typed since it was started, one call each. */
  readonly typed: (readonly string[])[];
}

export interface FakeSnapshot {
  readonly uuid: string;
  readonly name: string;
  parent: FakeSnapshot | undefined;
  readonly settings: Settings;
}

export interface Settings {
  /** The lines of `showvminfo --machinereadable`, values with their quotes; a line without a value has `undefined`. */
  readonly info: Map<string, string | undefined>;
  /** Settings that `showvminfo` does not show, by their `modifyvm` option. */
  readonly hidden: Map<string, string>;
  readonly adapters: Adapter[];
  readonly display: { on: boolean; port: string; address: string; auth: string };
  readonly usb: { ohci: boolean; ehci: boolean; xhci: boolean };
  readonly audio: { on: boolean; driver: string };
  readonly firmware: { variables: string[]; secureBoot: boolean | undefined };
  controllers: Controller[];
  description: string;
}

export interface Adapter {
  attachment: string;
  mac: string;
  type: string;
  bridge: string;
  localhostReachable: boolean;
  /** Forwarded ports by name. */
  readonly rules: Map<string, string>;
}

export interface Controller {
  readonly name: string;
  readonly bus: "ide" | "sata" | "virtio" | "scsi" | "pcie" | "floppy";
  ports: number;
  readonly places: Map<string, Attachment>;
}

export interface Attachment {
  readonly type: "hdd" | "dvddrive" | "fdd";
  /** `undefined` for an empty drive. */
  readonly medium: Medium | undefined;
  readonly nonrotational: string;
  readonly discard: string;
}

export interface Medium {
  readonly uuid: string;
  readonly path: string;
  readonly kind: "disk" | "dvd" | "floppy";
  readonly sizeMb: number;
  readonly format: string;
  readonly parent: Medium | undefined;
}

interface Bus {
  readonly type: string;
  readonly maxPorts: number;
  readonly devices: number;
  /** Ports there are whether used or not. */
  readonly fixedPorts: number | undefined;
  /** Lines that only some kinds of controllers have. */
  readonly hotPlug: boolean;
}

export const buses: Readonly<Record<Controller["bus"], Bus>> = {
  ide: { type: "PIIX4", maxPorts: 2, devices: 2, fixedPorts: 2, hotPlug: false },
  sata: { type: "IntelAhci", maxPorts: 30, devices: 1, fixedPorts: undefined, hotPlug: true },
  virtio: { type: "VirtioSCSI", maxPorts: 256, devices: 1, fixedPorts: undefined, hotPlug: false },
  scsi: { type: "LsiLogic", maxPorts: 16, devices: 1, fixedPorts: 16, hotPlug: false },
  pcie: { type: "NVMe", maxPorts: 255, devices: 1, fixedPorts: undefined, hotPlug: false },
  floppy: { type: "I82078", maxPorts: 1, devices: 2, fixedPorts: 1, hotPlug: false },
};

/** Every disk, disc and floppy disk in the drives of a machine. */
export function attachmentsOf(settings: Settings): readonly (Attachment & { controller: string; place: string })[] {
  return settings.controllers.flatMap(({ name, places }) =>
    [...places].map(([place, attachment]) => ({ ...attachment, controller: name, place })),
  );
}

/** The lines of `showvminfo NAME --machinereadable`. */
export function describeMachine(machine: FakeMachine): readonly string[] {
  const { settings } = machine;
  const isRunning = machine.state === "running";
  const lines: string[] = [];
  for (const [key, value] of settings.info) {
    if (key === "GuestMemoryBalloon") lines.push(...describeSnapshots(machine));
    if (key === "nic1") lines.push(...describeAdapters(settings));
    else lines.push(value === undefined ? key : `${key}=${shownValue(machine, key, value)}`);
    if (key === "VMState" && machine.stateFile !== undefined) lines.push(`VMStateFile="${machine.stateFile}"`);
    if (key === "vmprocpriority") lines.push(...describeStorage(settings));
    if (key === "NvramFile" && settings.firmware.secureBoot !== undefined)
      lines.push(`SecureBoot="${settings.firmware.secureBoot ? "on" : "off"}"`);
    if (key === "lpt2" && isRunning) lines.push('SessionName="headless"');
    if (key === "vrde") lines.push(...describeDisplay(settings, isRunning));
    if (key === "draganddrop" && isRunning) lines.push('VideoMode="640,480,32"@0,0 1');
    if (key === "GuestMemoryBalloon" && settings.description !== "")
      lines.push(`description="${settings.description}"`);
  }
  if (isRunning) lines.push(`GuestOSType="${machine.guestType}"`, "GuestAdditionsRunLevel=0");
  return lines;
}

function shownValue({ name, state, settings }: FakeMachine, key: string, value: string): string {
  const onOff = (on: boolean) => (on ? '"on"' : '"off"');
  if (key === "name") return `"${name}"`;
  if (key === "VMState") return `"${state}"`;
  if (key === "usb") return onOff(settings.usb.ohci);
  if (key === "ehci") return onOff(settings.usb.ehci);
  if (key === "xhci") return onOff(settings.usb.xhci);
  if (key === "vrde") return onOff(settings.display.on);
  if (key === "audio") return settings.audio.on ? `"${settings.audio.driver}"` : '"none"';
  return value;
}

function describeStorage({ controllers }: Settings): readonly string[] {
  const heads = controllers.flatMap(({ name, bus, ports }, index) => [
    `storagecontrollername${index}="${name}"`,
    `storagecontrollertype${index}="${buses[bus].type}"`,
    `storagecontrollerinstance${index}="0"`,
    `storagecontrollermaxportcount${index}="${buses[bus].maxPorts}"`,
    `storagecontrollerportcount${index}="${ports}"`,
    `storagecontrollerbootable${index}="on"`,
  ]);
  return [...heads, ...controllers.flatMap(describePlaces)];
}

function describePlaces({ name, bus, ports, places }: Controller): readonly string[] {
  const all = Array.from({ length: ports }, (_, port) =>
    Array.from({ length: buses[bus].devices }, (_device, device) => `${port}-${device}`),
  ).flat();
  return all.flatMap((place) => {
    const attachment = places.get(place);
    if (attachment === undefined) return [`"${name}-${place}"="none"`];
    const { medium, type } = attachment;
    if (medium === undefined) return [`"${name}-${place}"="emptydrive"`, `"${name}-IsEjected-${place}"="off"`];
    return [
      `"${name}-${place}"="${medium.path}"`,
      `"${name}-ImageUUID-${place}"="${medium.uuid}"`,
      ...(type === "dvddrive" ? [`"${name}-tempeject-${place}"="off"`, `"${name}-IsEjected-${place}"="off"`] : []),
      ...(buses[bus].hotPlug ? [`"${name}-hot-pluggable-${place}"="off"`] : []),
      `"${name}-nonrotational-${place}"="${attachment.nonrotational}"`,
      `"${name}-discard-${place}"="${attachment.discard}"`,
    ];
  });
}

function describeAdapters({ adapters, info }: Settings): readonly string[] {
  const count = info.get("chipset") === '"ich9"' ? 36 : 8;
  const missing = Array.from(
    { length: count - adapters.length },
    (_, index) => `nic${adapters.length + index + 1}="none"`,
  );
  return [...adapters.flatMap((adapter, index) => describeAdapter(adapter, index + 1)), ...missing];
}

function describeAdapter(adapter: Adapter, number: number): readonly string[] {
  const { attachment, mac, type, bridge, localhostReachable, rules } = adapter;
  if (attachment === "none") return [`nic${number}="none"`];
  const isNat = attachment === "nat";
  return [
    isNat ? `natnet${number}="nat"` : `${attachment === "bridged" ? "bridge" : attachment}adapter${number}="${bridge}"`,
    `macaddress${number}="${mac}"`,
    `cableconnected${number}="on"`,
    `nic${number}="${attachment}"`,
    `nictype${number}="${type}"`,
    `nicspeed${number}="0"`,
    ...(isNat ? natLines(localhostReachable) : []),
    ...(isNat ? [...rules].sort().map(([name, rule], index) => `Forwarding(${index})="${name},${rule}"`) : []),
  ];
}

const natLines = (localhostReachable: boolean): readonly string[] => [
  ...['mtu="0"', 'sockSnd="64"', 'sockRcv="64"', 'tcpWndSnd="64"', 'tcpWndRcv="64"'],
  ...[`localhostReachable="${localhostReachable ? 1 : 0}"`, 'forwardBroadcast="0"', 'enableTFTP="0"'],
];

function describeDisplay({ display }: Settings, isRunning: boolean): readonly string[] {
  if (!display.on) return [];
  return [
    `vrdeport=${isRunning ? display.port : -1}`,
    `vrdeports="${display.port}"`,
    `vrdeaddress="${display.address}"`,
    `vrdeauthtype="${display.auth}"`,
    'vrdemulticon="off"',
    'vrdereusecon="off"',
    'vrdevideochannel="off"',
    `vrdeproperty[TCP/Ports]="${display.port}"`,
    `vrdeproperty[TCP/Address]="${display.address}"`,
    ...(isRunning ? ['VRDEActiveConnection="off"', "VRDEClients==0"] : []),
  ];
}

/** The tree of snapshots, as `snapshot list` and `showvminfo` print it. */
export function describeSnapshots({ snapshots, current }: FakeMachine): readonly string[] {
  const walk = (parent: FakeSnapshot | undefined, position: string): readonly string[] =>
    snapshots
      .filter((snapshot) => snapshot.parent === parent)
      .flatMap((snapshot, index) => {
        const at = parent === undefined ? "" : `${position}-${index + 1}`;
        const { name, uuid } = snapshot;
        const isHere = [`CurrentSnapshotName="${name}"`, `CurrentSnapshotUUID="${uuid}"`];
        return [
          ...[`SnapshotName${at}="${name}"`, `SnapshotUUID${at}="${uuid}"`],
          ...(snapshot === current ? [...isHere, `CurrentSnapshotNode="SnapshotName${at}"`] : []),
          ...walk(snapshot, at),
        ];
      });
  return walk(undefined, "");
}
