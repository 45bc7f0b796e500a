import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { DONE, folderOf, optionsOf, type FakeVirtualBox } from "./fake-virtualbox.ts";
import { attachmentsOf, buses, type Attachment, type Controller, type Medium } from "./machine.ts";
import type { Answer } from "./transcript.ts";

/** `createmedium disk --filename F --size MiB --format VDI --variant Standard` */
/** The first line and the signature of a VDI image (VirtualBox, VDICore.h), and nothing after them. */
export function emptyImage(): Buffer {
  const header = Buffer.alloc(512);
  header.write("<<< Oracle VM VirtualBox Disk Image >>>\n");
  header.writeUInt32LE(0xbeda107f, 64);
  return header;
}

export async function createDisk(box: FakeVirtualBox, [, ...args]: readonly string[]): Promise<Answer> {
  const given = optionsOf(args);
  const path = given.get("--filename")!;
  if (existsSync(path)) return box.recording.answer("disk exists", { "ROOT/a.vdi": path });
  const uuid = box.newId();
  const format = given.get("--format") ?? "VDI";
  box.media.push({ uuid, path, kind: "disk", sizeMb: Number(given.get("--size")), format, parent: undefined });
  await folderOf(path);
  await writeFile(path, emptyImage());
  return box.recording.answer("disk made", { UUID: uuid });
}

/** `closemedium disk FILE-or-UUID [--delete]` */
export async function closeMedium(box: FakeVirtualBox, [, which, ...options]: readonly string[]): Promise<Answer> {
  const medium = box.media.find(({ path, uuid }) => path === which || uuid === which);
  if (medium === undefined) return box.recording.answer("no such disk", { "ROOT/none.vdi": which! });
  const user = box.machines.find(({ settings }) => attachmentsOf(settings).some((used) => used.medium === medium));
  if (user !== undefined) {
    return box.recording.answer("disk in use", { "ROOT/a.vdi": medium.path, UUID: user.uuid });
  }
  box.forget(medium);
  if (!options.includes("--delete")) return DONE;
  await rm(medium.path, { force: true });
  return box.recording.answer("disk deleted");
}

const kinds: Readonly<Record<string, Controller["bus"]>> = {
  ide: "ide",
  sata: "sata",
  virtio: "virtio",
  "virtio-scsi": "virtio",
  scsi: "scsi",
  pcie: "pcie",
  floppy: "floppy",
};

/** `storagectl VM --name N --add BUS …` and `storagectl VM --name N --remove` */
export function changeController(box: FakeVirtualBox, [vm, ...args]: readonly string[]): Answer {
  const machine = box.target("storagectl", vm!, { locks: true });
  if ("code" in machine) return machine;
  const given = optionsOf(args);
  const name = given.get("--name")!;
  const { settings } = machine;
  const present = settings.controllers.find((controller) => controller.name === name);
  if (given.has("--remove")) {
    if (present === undefined) return box.recording.answer("no such controller", { X: name });
    settings.controllers = settings.controllers.filter((controller) => controller !== present);
    return DONE;
  }
  const bus = kinds[given.get("--add")!];
  if (bus === undefined) throw new Error(`the fake VBoxManage knows no bus "${given.get("--add")}"`);
  if (present !== undefined) return box.recording.answer("controller exists", { "named 'IDE'": `named '${name}'` });
  if (settings.controllers.some((controller) => controller.bus === bus)) {
    return box.recording.answer("second controller");
  }
  const ports = buses[bus].fixedPorts ?? Number(given.get("--portcount") ?? 1);
  settings.controllers.push({ name, bus, ports, places: new Map() });
  return DONE;
}

/** `storageattach VM --storagectl C --port P --device D --type T --medium M …` */
export function attachMedium(box: FakeVirtualBox, [vm, ...args]: readonly string[]): Answer {
  const machine = box.target("storageattach", vm!, { locks: false });
  if ("code" in machine) return machine;
  const given = optionsOf(args);
  const name = given.get("--storagectl")!;
  const controller = machine.settings.controllers.find((other) => other.name === name);
  if (controller === undefined) return box.recording.answer("no such controller", { X: name });
  const [port, device] = [Number(given.get("--port")), Number(given.get("--device"))];
  const bus = buses[controller.bus];
  if (port >= bus.maxPorts || device >= bus.devices) {
    return box.recording.answer("no such port", {
      "port=2 (must be in range [0, 1])": `port=${port} (must be in range [0, ${bus.maxPorts - 1}])`,
      "device=0 (must be in range [0, 1])": `device=${device} (must be in range [0, ${bus.devices - 1}])`,
    });
  }
  const place = `${port}-${device}`;
  const medium = given.get("--medium")!;
  if (medium === "none") {
    controller.places.delete(place);
    return DONE;
  }
  const type = given.get("--type") as Attachment["type"];
  if (medium !== "emptydrive" && !existsSync(medium)) {
    return box.recording.answer("no such file", { "ROOT/none.iso": medium });
  }
  controller.ports = Math.max(controller.ports, port + 1);
  // An image that takes the place of another is made on that one: nobody else attaches two in the same slot.
  const below = type === "hdd" ? controller.places.get(place)?.medium : undefined;
  controller.places.set(place, {
    type,
    medium: medium === "emptydrive" ? undefined : box.open(medium, mediumKinds[type], below),
    nonrotational: given.get("--nonrotational") ?? "off",
    discard: given.get("--discard") ?? "off",
  });
  return DONE;
}

const mediumKinds: Readonly<Record<Attachment["type"], Medium["kind"]>> = {
  hdd: "disk",
  dvddrive: "dvd",
  fdd: "floppy",
};
