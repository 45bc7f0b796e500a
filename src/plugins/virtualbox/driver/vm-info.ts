import { parseMachineReadable } from "./output.ts";
import type { StorageBus, StorageSlot } from "./storage-slot.ts";
import { conditionOf, type VmCondition } from "./vm-state.ts";

/** What VirtualBox says about a machine. */
export interface VmInfo {
  readonly uuid: string | undefined;
  /** VirtualBox's description of the guest system, such as `Debian 12 Bookworm (64-bit)`; empty when it gives none. */
  readonly osType: string;
  readonly description: string | undefined;
  /** VirtualBox's own word for the state; `condition` is what it means for a build. */
  readonly state: string;
  readonly condition: VmCondition | undefined;
  readonly logFolder: string | undefined;
  /** The file that describes it, in a folder of its own. */
  readonly settingsFile: string | undefined;
  /** Where VirtualBox puts what snapshots need: memory, and the images that are written from then on. */
  readonly snapshotFolder: string | undefined;
  readonly remoteDisplay: boolean;
  /** How the first network card is attached: `nat`, `bridged`, `none`, … */
  readonly network: string;
  /** Of the network cards that are attached, by their number from 1 on. */
  readonly macAddresses: Readonly<Record<string, string>>;
  /** Absent before VirtualBox 7.0, where a guest behind NAT can always reach this computer's loopback. */
  readonly natLocalhostReachable: boolean | undefined;
  /** Names of the forwarded ports. */
  readonly forwardings: readonly string[];
  readonly controllers: readonly StorageController[];
  /** Slots with a medium or an empty drive. */
  readonly usedSlots: readonly StorageSlot[];
  /** Paths of the media, by slot. */
  readonly media: readonly AttachedMedium[];
}

interface AttachedMedium extends StorageSlot {
  readonly path: string;
}

export interface StorageController {
  readonly name: string;
  /** `PIIX4`, `IntelAhci`, `VirtioSCSI`, … */
  readonly type: string;
  /** `undefined` for the types that nobody asks about. */
  readonly bus: StorageBus | undefined;
}

type Values = ReadonlyMap<string, string>;

/** Reads the output of `showvminfo --machinereadable`. Several network cards use the same names: the first one counts. */
export function parseVmInfo(output: string): VmInfo {
  const values = parseMachineReadable(output);
  const state = values.get("VMState") ?? "";
  const controllers = parseControllers(values);
  const localhost = values.get("localhostReachable");
  const media = controllers.flatMap(({ name }) => parseMedia(values, name));
  return {
    uuid: values.get("UUID"),
    osType: values.get("ostype") ?? "",
    description: values.get("description"),
    state,
    condition: conditionOf(state),
    logFolder: values.get("LogFldr"),
    settingsFile: values.get("CfgFile"),
    snapshotFolder: values.get("SnapFldr"),
    remoteDisplay: values.get("vrde") === "on",
    network: values.get("nic1") ?? "none",
    macAddresses: parseMacAddresses(values),
    natLocalhostReachable: localhost === undefined ? undefined : localhost === "1",
    forwardings: parseForwardings(values),
    controllers,
    usedSlots: media.map(({ controller, port, device }) => ({ controller, port, device })),
    media: media.filter(({ path }) => path !== "emptydrive"),
  };
}

function parseMacAddresses(values: Values): Readonly<Record<string, string>> {
  const found = [...values].flatMap(([key, address]) => {
    const card = /^macaddress(\d+)$/.exec(key)?.[1];
    return card === undefined ? [] : [[card, address] as const];
  });
  return Object.fromEntries(found);
}

/** `Forwarding(0)="name,tcp,127.0.0.1,2222,,22"` */
function parseForwardings(values: Values): readonly string[] {
  const rules = [...values].filter(([name]) => name.startsWith("Forwarding("));
  return rules.map(([, rule]) => rule.split(",", 1)[0]!);
}

function parseControllers(values: Values): readonly StorageController[] {
  const controllers: StorageController[] = [];
  for (let index = 0; values.has(`storagecontrollername${index}`); index++) {
    const type = values.get(`storagecontrollertype${index}`) ?? "";
    controllers.push({ name: values.get(`storagecontrollername${index}`)!, type, bus: busOf(type) });
  }
  return controllers;
}

const buses: readonly (readonly [RegExp, StorageBus])[] = [
  [/^(PIIX3|PIIX4|ICH6)$/, "ide"],
  [/AHCI/i, "sata"],
  [/virtio/i, "virtio"],
  [/I82078/i, "floppy"],
];

function busOf(type: string): StorageBus | undefined {
  return buses.find(([pattern]) => pattern.test(type))?.[1];
}

/** `"IDE-0-1"="/path/of/a.iso"`, with `emptydrive` for a drive without a medium and `none` for an unused slot. */
function parseMedia(values: Values, controller: string): readonly AttachedMedium[] {
  return [...values].flatMap(([key, medium]) => {
    if (medium === "none" || !key.startsWith(controller)) return [];
    const [, port, device] = /^-(\d+)-(\d+)$/.exec(key.slice(controller.length)) ?? [];
    return port === undefined ? [] : [{ controller, port: Number(port), device: Number(device), path: medium }];
  });
}
