import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { emptyMachine, folderOf, optionsOf, type FakeVirtualBox } from "./fake-virtualbox.ts";
import type { FakeMachine, Medium, Settings } from "./machine.ts";
import type { Answer } from "./transcript.ts";

interface Appliance {
  readonly guestType: string;
  readonly settings: Settings;
  readonly options: readonly string[];
}

/** `export VM --output FILE …`. The OVF file of the fake holds the settings in a form only the fake reads. */
export async function exportMachine(box: FakeVirtualBox, [vm, ...args]: readonly string[]): Promise<Answer> {
  const machine = box.target("export", vm!, { locks: false });
  if ("code" in machine) return machine;
  const path = optionsOf(args).get("--output")!;
  const name = basename(path, extname(path));
  if (existsSync(path)) return box.recording.answer("export exists", { alpha: name });
  const options = args.filter((arg) => arg !== "--output" && arg !== path);
  const appliance: Appliance = { guestType: machine.guestType, settings: machine.settings, options };
  await folderOf(path);
  await writeFile(path, serialize(appliance));
  if (extname(path) === ".ovf") await writeFile(join(dirname(path), `${name}-disk001.vmdk`), "an exported disk");
  return box.recording.answer("exported");
}

/** What a test wants to know of an exported machine. */
export async function readAppliance(path: string): Promise<Appliance> {
  return deserialize(await readFile(path)) as Appliance;
}

/** `import FILE --vsys 0 --vmname N …` */
export async function importAppliance(box: FakeVirtualBox, [path, ...args]: readonly string[]): Promise<Answer> {
  if (!/\.(ovf|ova)$/.test(path!)) return box.recording.answer("not an appliance");
  if (!existsSync(path!)) return box.recording.answer("no such appliance", { "ROOT/out/none.ovf": path! });
  const name = optionsOf(args).get("--vmname")!;
  const { settings, guestType } = await readAppliance(path!);
  const folder = join(box.machineFolder, name);
  const machine: FakeMachine = { ...emptyMachine(box.newId(), name, folder, guestType), settings };
  box.identify(machine);
  await box.saveSettings(machine);
  for (const { places } of settings.controllers) {
    for (const [place, attachment] of places) {
      if (attachment.medium === undefined) continue;
      const own = attachment.type === "hdd" ? await ownDisk(box, machine, attachment.medium, path!) : undefined;
      const medium = own ?? box.open(attachment.medium.path, attachment.medium.kind);
      places.set(place, { ...attachment, medium });
    }
  }
  box.machines.push(machine);
  return box.recording.answer("imported", {
    delta: name,
    "ROOT/machines": box.machineFolder,
    "ROOT/out/alpha.ovf": path!,
  });
}

async function ownDisk(
  box: FakeVirtualBox,
  { folder }: FakeMachine,
  { sizeMb }: Medium,
  from: string,
): Promise<Medium> {
  const path = join(folder, `${basename(from, extname(from))}-disk001.vmdk`);
  const medium: Medium = { uuid: box.newId(), path, kind: "disk", sizeMb, format: "VMDK", parent: undefined };
  box.media.push(medium);
  await writeFile(path, "an imported disk");
  return medium;
}
