import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { exportMachine, importAppliance } from "./appliances.ts";
import { attachmentsOf, describeMachine, type FakeMachine, type Medium, type Settings } from "./machine.ts";
import { modifyFirmware, modifyMachine } from "./modify-machine.ts";
import { loadRecording, type Recording } from "./recording.ts";
import { adoptState, controlMachine, startMachine } from "./running.ts";
import { changeSnapshots } from "./snapshots.ts";
import { attachMedium, changeController, closeMedium, createDisk } from "./storage.ts";
import type { Answer } from "./transcript.ts";

/** The system in a machine, as far as anything outside can tell. */
export interface FakeGuest {
  /** It can be reached at this port of the host from now on. Rejects where something else listens there. */
  start(port: number): Promise<void>;
  stop(): Promise<void>;
  /** Whether it switches itself off when its power button is pressed. */
  readonly answersPowerButton: boolean;
}

/** Something that goes wrong: calls that match are answered so, `times` times. */
export interface Fault {
  readonly when: RegExp;
  times: number;
  readonly answer: Answer;
}

export interface FakeVirtualBoxOptions {
  /** As `--version` prints it. */
  readonly version?: string;
  readonly guest?: FakeGuest;
  /** For so many calls VirtualBox holds the lock of a machine that was switched off. */
  readonly lingeringLocks?: number;
  readonly root?: string;
}

/** Call inside a test: its folder is removed when the test ends. */
export function createFakeVirtualBox(options: FakeVirtualBoxOptions = {}): FakeVirtualBox {
  const root = options.root ?? mkdtempSync(join(tmpdir(), "imgbuild-fake-vbox-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return new FakeVirtualBox(root, options);
}

type Command = (box: FakeVirtualBox, args: readonly string[]) => Answer | Promise<Answer>;

export const DONE: Answer = { code: 0, stdout: "", stderr: "" };

const commands: Readonly<Record<string, Command>> = {
  "--version": (box) => ({ ...DONE, stdout: `${box.version}\n` }),
  list: (box, [what]) => box.list(what!),
  createvm: (box, args) => box.createMachine(args),
  showvminfo: (box, args) => box.describe(args),
  unregistervm: (box, args) => box.unregister(args),
  modifyvm: (box, args) => modifyMachine(box, args),
  setextradata: (box, args) => box.setExtraData(args),
  getextradata: (box, args) => box.getExtraData(args),
  modifynvram: (box, args) => modifyFirmware(box, args),
  createmedium: (box, args) => createDisk(box, args),
  closemedium: (box, args) => closeMedium(box, args),
  storagectl: (box, args) => changeController(box, args),
  storageattach: (box, args) => attachMedium(box, args),
  snapshot: (box, args) => changeSnapshots(box, args),
  adoptstate: (box, args) => adoptState(box, args),
  export: (box, args) => exportMachine(box, args),
  import: (box, args) => importAppliance(box, args),
  startvm: (box, args) => startMachine(box, args),
  controlvm: (box, args) => controlMachine(box, args),
  // The builders can do without, and type more slowly.
  debugvm: () => ({ code: 1, stdout: "", stderr: "VBoxManage: error: The fake has no debugger\n" }),
};

/**
 * A VirtualBox in memory: machines, media, rules, snapshots and locks as the real one keeps them, with its words. It does
 * what the recorded session shows (`fake.test.ts` goes through that) and refuses to guess anything else.
 */
export class FakeVirtualBox {
  readonly recording: Recording = loadRecording();
  readonly machines: FakeMachine[] = [];
  /** Those that were unregistered. */
  readonly removed: FakeMachine[] = [];
  readonly media: Medium[] = [];
  readonly calls: (readonly string[])[] = [];
  readonly faults: Fault[] = [];
  readonly version: string;
  readonly guest: FakeGuest | undefined;
  readonly lingeringLocks: number;
  readonly root: string;
  #ids = 0;

  constructor(root: string, { version, guest, lingeringLocks }: FakeVirtualBoxOptions) {
    this.root = root;
    this.version = version ?? "7.2.22_Debianr175245";
    this.guest = guest;
    this.lingeringLocks = lingeringLocks ?? 0;
  }

  get machineFolder(): string {
    return join(this.root, "machines");
  }

  async call(args: readonly string[]): Promise<Answer> {
    this.calls.push(args);
    const fault = this.faults.find(({ when, times }) => times > 0 && when.test(args.join(" ")));
    if (fault !== undefined) {
      fault.times--;
      return fault.answer;
    }
    const command = commands[args[0]!];
    if (command === undefined) throw new Error(`the fake VBoxManage has no command "${args[0]}"`);
    return command(this, args.slice(1));
  }

  /** Whether this version is at least `major.minor`. */
  isAtLeast(major: number, minor: number): boolean {
    const [, ownMajor, ownMinor] = /(\d+)\.(\d+)/.exec(this.version)!.map(Number);
    return ownMajor! > major || (ownMajor === major && ownMinor! >= minor);
  }

  newId(): string {
    this.#ids++;
    return `aaaaaaaa-0000-4000-8000-${String(this.#ids).padStart(12, "0")}`;
  }

  find(vm: string): FakeMachine | undefined {
    return this.machines.find(({ name, uuid }) => name === vm || uuid === vm);
  }

  /** The machine, or what VBoxManage says where there is none, or where something else has its lock. */
  target(command: string, vm: string, { locks }: { readonly locks: boolean }): FakeMachine | Answer {
    const machine = this.find(vm);
    if (machine === undefined) return this.recording.answer(`no machine ${command}`, { none: vm });
    const isLocked = machine.state === "running" || machine.lockedFor > 0;
    if (!locks || !isLocked) return machine;
    if (machine.lockedFor > 0) machine.lockedFor--;
    return this.recording.answer(`locked ${command}`, { beta: machine.name });
  }

  list(what: string): Answer {
    if (what === "systemproperties") return this.recording.answer("system properties", { ROOT: this.root });
    if (what === "hdds") return { ...DONE, stdout: this.#disks().map(describeDisk).join("") };
    const shown = what === "runningvms" ? this.machines.filter(({ state }) => state === "running") : this.machines;
    return { ...DONE, stdout: shown.map(({ name, uuid }) => `"${name}" {${uuid}}\n`).join("") };
  }

  async createMachine(args: readonly string[]): Promise<Answer> {
    const given = optionsOf(args);
    const name = given.get("--name")!;
    const folder = join(this.machineFolder, name);
    const guestType = given.get("--ostype") ?? "Other";
    const lines = this.recording.newMachine(guestType);
    if (lines === undefined) return this.recording.answer("unknown guest");
    if (this.machines.some((machine) => machine.folder === folder && machine.name === name)) {
      return this.recording.answer("name taken", { "ROOT/machines": this.machineFolder, alpha: name });
    }
    const uuid = given.get("--uuid") ?? this.newId();
    const machine = { ...emptyMachine(uuid, name, folder, guestType), settings: newSettings(lines) };
    this.identify(machine);
    this.machines.push(machine);
    await this.saveSettings(machine);
    return this.recording.answer("created", { "ROOT/machines": this.machineFolder, alpha: name, UUID: uuid });
  }

  /** Writes what is different for every machine into its settings. */
  identify({ name, uuid, folder, settings: { info, adapters } }: FakeMachine): void {
    const own: Readonly<Record<string, string>> = {
      UUID: uuid,
      CfgFile: join(folder, `${name}.vbox`),
      SnapFldr: join(folder, "Snapshots"),
      LogFldr: join(folder, "Logs"),
      hardwareuuid: uuid,
      NvramFile: join(folder, `${name}.nvram`),
      rec_screen_dest_filename: join(folder, `${name}-screen0.webm`),
    };
    for (const [key, value] of Object.entries(own)) if (info.has(key)) info.set(key, `"${value}"`);
    adapters.forEach((adapter, index) => {
      adapters[index] = { ...adapter, mac: `080027${this.newId().slice(-6)}` };
    });
  }

  async saveSettings({ folder, name }: FakeMachine): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${name}.vbox`), "settings");
  }

  describe([vm]: readonly string[]): Answer {
    const machine = this.target("showvminfo", vm!, { locks: false });
    if ("code" in machine) return machine;
    return {
      ...DONE,
      stdout: describeMachine(machine)
        .map((line) => `${line}\n`)
        .join(""),
    };
  }

  async unregister([vm, ...options]: readonly string[]): Promise<Answer> {
    const machine = this.target("unregistervm", vm!, { locks: true });
    if ("code" in machine) return machine;
    this.machines.splice(this.machines.indexOf(machine), 1);
    this.removed.push(machine);
    const ownSettings = [machine.settings, ...machine.snapshots.map(({ settings }) => settings)];
    for (const { medium, type } of ownSettings.flatMap(attachmentsOf)) {
      if (type !== "hdd") continue;
      for (let next = medium; next !== undefined; next = next.parent) {
        this.forget(next);
        if (options.includes("--delete")) await rm(next.path, { force: true });
      }
    }
    if (!options.includes("--delete")) return DONE;
    await rm(machine.folder, { recursive: true, force: true });
    return this.recording.answer("deleted");
  }

  setExtraData([vm, key, value]: readonly string[]): Answer {
    const machine = this.target("setextradata", vm!, { locks: false });
    if ("code" in machine) return machine;
    machine.extraData.set(key!, value!);
    return DONE;
  }

  getExtraData([vm, key]: readonly string[]): Answer {
    return this.recording.answer("extra data", { "1440x900": this.find(vm!)!.extraData.get(key!)! });
  }

  forget(medium: Medium): void {
    const index = this.media.indexOf(medium);
    if (index >= 0) this.media.splice(index, 1);
  }

  /** The medium of a file. VirtualBox opens files it does not know yet. */
  open(path: string, kind: Medium["kind"], parent?: Medium): Medium {
    const known = this.media.find((medium) => medium.path === path && medium.kind === kind);
    if (known !== undefined) return known;
    const medium: Medium = { uuid: this.newId(), path, kind, sizeMb: 0, format: "RAW", parent };
    this.media.push(medium);
    return medium;
  }

  /** What a clean build leaves nothing of: machines and disks. */
  remains(): readonly string[] {
    return [...this.machines.map(({ name }) => name), ...this.#disks().map(({ path }) => path)];
  }

  #disks(): readonly Medium[] {
    return this.media.filter(({ kind }) => kind === "disk");
  }
}

export function emptyMachine(
  uuid: string,
  name: string,
  folder: string,
  guestType: string,
): Omit<FakeMachine, "settings"> {
  return {
    ...{ uuid, name, folder, guestType, snapshots: [], current: undefined, extraData: new Map() },
    ...{ state: "poweroff", lockedFor: 0, typed: [] },
  };
}

function newSettings(lines: readonly string[]): Settings {
  const pairs = lines.map((line): [string, string | undefined] => {
    const at = line.indexOf("=");
    return at < 0 ? [line, undefined] : [line.slice(0, at), line.slice(at + 1)];
  });
  const all = new Map(pairs);
  const card = all.get("nictype1")!.replaceAll('"', "");
  const ofAdapters =
    /^(natnet1|macaddress1|cableconnected1|nictype1|nicspeed1|mtu|sock.*|tcp.*|localhostReachable|forwardBroadcast|enableTFTP|nic[2-8])$/;
  return {
    // What adapters are like is kept with them; `nic1` says where their lines go.
    info: new Map(pairs.filter(([key]) => !ofAdapters.test(key))),
    adapters: Array.from({ length: 8 }, (_, index) => ({
      ...{ attachment: index === 0 ? "nat" : "none", mac: "", type: card, bridge: "" },
      ...{ localhostReachable: false, rules: new Map() },
    })),
    hidden: new Map(),
    display: { on: false, port: "3389", address: "", auth: "null" },
    usb: { ohci: false, ehci: false, xhci: false },
    audio: { on: true, driver: "default" },
    firmware: { variables: [], secureBoot: undefined },
    controllers: [],
    description: "",
  };
}

function describeDisk({ uuid, path, format, sizeMb, parent }: Medium): string {
  return `UUID:           ${uuid}
Parent UUID:    ${parent?.uuid ?? "base"}
State:          created
Type:           normal (${parent === undefined ? "base" : "differencing"})
Location:       ${path}
Storage format: ${format}
Capacity:       ${sizeMb} MBytes
Encryption:     disabled

`;
}

/** `--name value` pairs; a name that another name follows has an empty value. */
export function optionsOf(args: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let index = 0; index < args.length; index++) {
    const next = args[index + 1];
    const hasValue = next !== undefined && !next.startsWith("--");
    found.set(args[index]!, hasValue ? next : "");
    if (hasValue) index++;
  }
  return found;
}

/** Makes the folder of a file. */
export const folderOf = (path: string): Promise<unknown> => mkdir(dirname(path), { recursive: true });
