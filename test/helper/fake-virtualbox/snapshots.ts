import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FakeVirtualBox } from "./fake-virtualbox.ts";
import { emptyImage } from "./storage.ts";
import { describeSnapshots, type FakeMachine, type FakeSnapshot, type Medium, type Settings } from "./machine.ts";
import { DONE } from "./fake-virtualbox.ts";
import type { Answer } from "./transcript.ts";

/** `snapshot VM list|take|restore|delete …` */
export async function changeSnapshots(box: FakeVirtualBox, [vm, action, which]: readonly string[]): Promise<Answer> {
  const machine = box.target("snapshot", vm!, { locks: false });
  if ("code" in machine) return machine;
  if (action === "list") return list(box, machine);
  if (action === "take") return take(box, machine, which!);
  const snapshot = machine.snapshots.find(({ uuid, name }) => uuid === which || name === which);
  if (snapshot === undefined) return box.recording.answer("no such snapshot", { "'none'": `'${which}'` });
  return action === "restore" ? restore(box, machine, snapshot) : remove(box, machine, snapshot);
}

function list(box: FakeVirtualBox, machine: FakeMachine): Answer {
  const lines = describeSnapshots(machine);
  if (lines.length === 0) return box.recording.answer("no snapshots");
  return { ...DONE, stdout: lines.map((line) => `${line}\n`).join("") };
}

async function take(box: FakeVirtualBox, machine: FakeMachine, name: string): Promise<Answer> {
  const snapshot = { uuid: box.newId(), name, parent: machine.current, settings: copy(machine.settings) };
  machine.snapshots.push(snapshot);
  machine.current = snapshot;
  await startDisksAnew(box, machine);
  if (machine.state === "running") await writeFile(join(machine.folder, "Snapshots", "memory.sav"), "memory");
  return box.recording.answer("snapshot taken", { UUID: snapshot.uuid });
}

async function restore(box: FakeVirtualBox, machine: FakeMachine, snapshot: FakeSnapshot): Promise<Answer> {
  machine.settings = copy(snapshot.settings);
  machine.current = snapshot;
  await startDisksAnew(box, machine);
  return box.recording.answer("snapshot restored", { base: snapshot.name, UUID: snapshot.uuid });
}

function remove(box: FakeVirtualBox, machine: FakeMachine, snapshot: FakeSnapshot): Answer {
  const children = machine.snapshots.filter(({ parent }) => parent === snapshot);
  if (children.length > 1) {
    return box.recording.answer("snapshot has children", {
      base: snapshot.name,
      UUID: snapshot.uuid,
      alpha: machine.name,
      "2 child": `${children.length} child`,
    });
  }
  for (const child of children) child.parent = snapshot.parent;
  machine.snapshots.splice(machine.snapshots.indexOf(snapshot), 1);
  if (machine.current === snapshot) machine.current = snapshot.parent;
  return box.recording.answer("snapshot deleted", { first: snapshot.name, UUID: snapshot.uuid });
}

/** What is written from now on goes into disks of their own. */
async function startDisksAnew(box: FakeVirtualBox, { settings, folder }: FakeMachine): Promise<void> {
  await mkdir(join(folder, "Snapshots"), { recursive: true });
  for (const { places } of settings.controllers) {
    for (const [place, attachment] of places) {
      if (attachment.type !== "hdd" || attachment.medium === undefined) continue;
      const uuid = box.newId();
      const parent = attachment.medium;
      const medium: Medium = { ...parent, uuid, path: join(folder, "Snapshots", `{${uuid}}.vdi`), parent };
      box.media.push(medium);
      await writeFile(medium.path, emptyImage());
      places.set(place, { ...attachment, medium });
    }
  }
}

/** Media are shared by all settings that name them; everything else is copied. */
export function copy(settings: Settings): Settings {
  const media = new Map<string, Medium>();
  for (const { places } of settings.controllers) {
    for (const { medium } of places.values()) if (medium !== undefined) media.set(medium.uuid, medium);
  }
  const copied = structuredClone(settings);
  for (const { places } of copied.controllers) {
    for (const [place, attachment] of places) {
      if (attachment.medium !== undefined)
        places.set(place, { ...attachment, medium: media.get(attachment.medium.uuid) });
    }
  }
  return copied;
}
