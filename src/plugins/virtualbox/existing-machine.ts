import type { Step } from "../../sdk/run.ts";
import { machineInfo, powerOff, type Driver } from "./driver/driver.ts";
import { controllersOf, takenPlaces, type MachineInfo, type TakenPlace } from "./driver/vm-info.ts";
import type { Machine } from "./owned-machine.ts";

/** How a machine of the user's was before we worked with it. JSON, for the journal. */
export interface Borrowing {
  readonly role: "borrowed";
  readonly uuid: string;
  readonly name: string;
  /** Snapshot to go back to; the machine is then as it was, whatever happened. */
  readonly snapshot?: string | undefined;
  readonly vrde: boolean;
  /** How its first network card was attached: `nat`, `bridged`, `none`, … */
  readonly network: string;
  readonly hadRule: boolean;
  /** Where it had drives and disks: what is elsewhere afterwards is the build's. */
  readonly drives: readonly TakenPlace[];
  /** Absent before VirtualBox 7.0, where a guest behind NAT always reaches this computer's loopback. */
  readonly localhostReachable?: boolean | undefined;
}

export const RULE = "packercomm";
export const FLOPPY = "imgbuild Floppy";

export function describeBorrowing(machine: Machine, info: MachineInfo, snapshot: string | undefined): Borrowing {
  return {
    role: "borrowed",
    ...machine,
    snapshot,
    vrde: info.get("vrde") === "on",
    network: info.get("nic1") ?? "none",
    hadRule: hasRule(info),
    drives: takenPlaces(info),
    localhostReachable: info.has("localhostReachable") ? info.get("localhostReachable") === "1" : undefined,
  };
}

export function hasRule(info: MachineInfo): boolean {
  return [...info].some(([name, value]) => name.startsWith("Forwarding(") && value.startsWith(`${RULE},`));
}

/** Journals that a machine of the user's is worked with: it is switched off and set back however the build ends. */
export async function borrowMachine(
  driver: Driver,
  step: Pick<Step, "own">,
  borrowing: Borrowing,
  isKept: () => boolean,
): Promise<void> {
  const details: Readonly<Record<string, unknown>> = { ...borrowing };
  await step.own({ kind: "virtualbox-vm", id: borrowing.uuid, details }, async (outcome, signal) => {
    if (outcome === "succeeded" && isKept()) return;
    await returnMachine(driver, borrowing, signal);
  });
}

/** Switches the machine off and takes out what the build put in. */
export async function returnMachine(
  driver: Pick<Driver, "call">,
  borrowing: Borrowing,
  signal: AbortSignal,
): Promise<void> {
  const { uuid, snapshot, vrde, network, hadRule, localhostReachable } = borrowing;
  await powerOff(driver, uuid, signal);
  const call = (...args: string[]) => driver.call(args, { signal });
  if (snapshot !== undefined) {
    await call("snapshot", uuid, "restore", snapshot);
    return;
  }
  const info = await machineInfo(driver, uuid, signal);
  if (info === undefined) return;
  for (const args of removals(info, borrowing)) await call(...args);
  if (!hadRule && hasRule(info)) await call("modifyvm", uuid, "--natpf1", "delete", RULE);
  const reach = localhostReachable === undefined ? [] : ["--nat-localhostreachable1", onOff(localhostReachable)];
  await call("modifyvm", uuid, "--vrde", onOff(vrde), "--nic1", network, ...reach);
}

/** The calls that take out what a build put into the drives of a machine. */
function removals(info: MachineInfo, { uuid, drives }: Borrowing): readonly (readonly string[])[] {
  const isOld = (place: TakenPlace) =>
    drives.some(
      ({ controller, port, device }) =>
        controller === place.controller && port === place.port && device === place.device,
    );
  const discs = takenPlaces(info).filter((place) => place.controller !== FLOPPY && !isOld(place));
  const hasFloppy = controllersOf(info).some(({ name }) => name === FLOPPY);
  return [
    ...discs.map(({ controller, port, device }) => [
      ...["storageattach", uuid, "--storagectl", controller, "--port", port, "--device", device],
      ...["--type", "dvddrive", "--medium", "none"],
    ]),
    ...(hasFloppy ? [["storagectl", uuid, "--name", FLOPPY, "--remove"]] : []),
  ];
}

function onOff(value: boolean): "on" | "off" {
  return value ? "on" : "off";
}
