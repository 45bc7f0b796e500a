/**
 * The `name=value` lines of `--machinereadable` output, names and values without their quotes. Every network card behind NAT
 * has lines of the same names (`Forwarding(0)`, `localhostReachable`); those of the first card are kept.
 */
export type MachineInfo = ReadonlyMap<string, string>;

export function parseMachineReadable(output: string): MachineInfo {
  const info = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, quotedName, bareName, value] = /^(?:"([^"]*)"|([^="]+))=(.*?)\r?$/.exec(line) ?? [];
    if (value === undefined) continue;
    const name = quotedName ?? bareName!;
    if (!info.has(name)) info.set(name, value.replace(/^"(.*)"$/, "$1"));
  }
  return info;
}

export interface RegisteredMachine {
  readonly name: string;
  readonly uuid: string;
}

/** `"name" {uuid}` lines of `list vms`. */
export function parseMachines(output: string): readonly RegisteredMachine[] {
  return [...output.matchAll(/^"(.*)" \{([0-9a-f-]+)\}\r?$/gm)].map(([, name, uuid]) => ({ name: name!, uuid: uuid! }));
}

/** Records of `list hdds` and the like: blocks of `Name: value` lines. */
export function parseRecords(output: string): readonly ReadonlyMap<string, string>[] {
  const blocks = output.split(/\r?\n\r?\n/).filter((block) => block.trim() !== "");
  return blocks.map(
    (block) => new Map([...block.matchAll(/^([^:\n]+):[ \t]*(.*?)\r?$/gm)].map(([, name, value]) => [name!, value!])),
  );
}

export interface StorageController {
  readonly name: string;
  /** `PIIX4`, `IntelAhci`, `VirtioSCSI`, … */
  readonly type: string;
  readonly portCount: number;
}

export function controllersOf(info: MachineInfo): readonly StorageController[] {
  const controllers: StorageController[] = [];
  for (let index = 0; info.has(`storagecontrollername${index}`); index++) {
    controllers.push({
      name: info.get(`storagecontrollername${index}`)!,
      type: info.get(`storagecontrollertype${index}`) ?? "",
      portCount: Number(info.get(`storagecontrollerportcount${index}`) ?? 0),
    });
  }
  return controllers;
}

/** A place on a controller that something is attached to. */
export interface TakenPlace {
  readonly controller: string;
  readonly port: string;
  readonly device: string;
}

/** Every place with a medium or an empty drive. */
export function takenPlaces(info: MachineInfo): readonly TakenPlace[] {
  return controllersOf(info).flatMap(({ name }) =>
    [...info].flatMap(([key, medium]) => {
      const [, port, device] = /^-(\d+)-(\d+)$/.exec(key.startsWith(name) ? key.slice(name.length) : "") ?? [];
      return port === undefined || device === undefined || medium === "none"
        ? []
        : [{ controller: name, port, device }];
    }),
  );
}

/** What sits at `port`:`device` of a controller: a path, `emptydrive`, or `undefined` when nothing is attached. */
export function attachedAt(info: MachineInfo, controller: string, port: number, device: number): string | undefined {
  const medium = info.get(`${controller}-${port}-${device}`);
  return medium === undefined || medium === "none" ? undefined : medium;
}
