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
  readonly remoteDisplay: boolean;
  /** How the first network card is attached: `nat`, `bridged`, `none`, … */
  readonly network: string;
  /** Absent before VirtualBox 7.0, where a guest behind NAT can always reach this computer's loopback. */
  readonly natLocalhostReachable: boolean | undefined;
  /** Names of the forwarded ports. */
  readonly forwardings: readonly string[];
  readonly controllers: readonly StorageController[];
  /** Slots with a medium or an empty drive. */
  readonly usedSlots: readonly StorageSlot[];
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
  return {
    uuid: values.get("UUID"),
    osType: values.get("ostype") ?? "",
    description: values.get("description"),
    state,
    condition: conditionOf(state),
    logFolder: values.get("LogFldr"),
    remoteDisplay: values.get("vrde") === "on",
    network: values.get("nic1") ?? "none",
    natLocalhostReachable: localhost === undefined ? undefined : localhost === "1",
    forwardings: parseForwardings(values),
    controllers,
    usedSlots: controllers.flatMap(({ name }) => parseUsedSlots(values, name)),
  };
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
function parseUsedSlots(values: Values, controller: string): readonly StorageSlot[] {
  return [...values].flatMap(([key, medium]) => {
    if (medium === "none" || !key.startsWith(controller)) return [];
    const [, port, device] = /^-(\d+)-(\d+)$/.exec(key.slice(controller.length)) ?? [];
    return port === undefined ? [] : [{ controller, port: Number(port), device: Number(device) }];
  });
}
