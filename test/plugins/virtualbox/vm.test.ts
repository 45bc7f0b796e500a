import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reaper } from "../../../src/plugins/virtualbox/reaper.ts";
import { builder } from "../../../src/plugins/virtualbox/vm.ts";
import { configOf } from "../../helper/decode-config.ts";
import { readAppliance } from "../../helper/fake-virtualbox/appliances.ts";
import { attachmentsOf, type FakeMachine } from "../../helper/fake-virtualbox/machine.ts";
import { build, createPlace, WITHOUT_SSH, withSsh, type Place } from "./run-build.ts";

const VM = { vm_name: "own" };

/** A place with a machine of the user's, and what else was done to it. */
async function createMachine(changes: readonly string[] = []): Promise<Place & { readonly machine: FakeMachine }> {
  const place = await createPlace();
  const { box } = place;
  await box.call(["createvm", "--name", "own", "--ostype", "Debian12_64", "--register"]);
  await box.call(["storagectl", "own", "--name", "Disks", "--add", "ide"]);
  await box.call(["createmedium", "disk", "--filename", place.path("own.vdi"), "--size", "8", "--format", "VDI"]);
  const at = ["--storagectl", "Disks", "--port", "0", "--device", "0", "--type", "hdd"];
  await box.call(["storageattach", "own", ...at, "--medium", place.path("own.vdi")]);
  for (const change of changes) await box.call(change.split(" "));
  box.calls.length = 0;
  return { ...place, machine: box.find("own")! };
}

const snapshotsOf = ({ snapshots, current }: FakeMachine) =>
  snapshots.map((snapshot) => `${snapshot.name}${snapshot === current ? " (current)" : ""}`);

describe("virtualbox-vm", () => {
  it("provisions and exports a machine, which stays as it was", async () => {
    const place = await createMachine(["modifyvm own --memory 777 --description mine"]);
    const artifact = await build(place, builder, { ...VM, ...withSsh() });
    expect(artifact!.files.map((file) => file.slice(place.path("").length + 1))).toEqual([
      "output-example/own-disk001.vmdk",
      "output-example/own.ovf",
    ]);
    const { settings } = place.machine;
    expect(settings.adapters[0]!.rules.size).toBe(0);
    expect(settings.display.on).toBe(false);
    expect(settings.description).toBe("mine");
    expect(attachmentsOf(settings).map(({ type }) => type)).toEqual(["hdd"]);
    expect((await readAppliance(place.path("output-example/own.ovf"))).settings.info.get("memory")).toBe("777");
    expect(place.run.journal.map(({ resource }) => resource.details?.["role"])).toContain("borrowed");
  });

  it("takes a snapshot of the finished machine and exports nothing with skip_export", async () => {
    const place = await createMachine();
    const artifact = await build(place, builder, { ...VM, ...withSsh(), target_snapshot: "done", skip_export: true });
    expect(artifact).toBeUndefined();
    expect(existsSync(place.path("output-example"))).toBe(false);
    expect(snapshotsOf(place.machine)).toEqual(["done (current)"]);
  });

  it("starts from attach_snapshot and goes back to where the machine was", async () => {
    const place = await createMachine(["snapshot own take base", "modifyvm own --cpus 4", "snapshot own take later"]);
    await build(place, builder, { ...VM, ...WITHOUT_SSH, attach_snapshot: "base" });
    const { settings } = await readAppliance(place.path("output-example/own.ovf"));
    expect(settings.info.get("cpus")).toBe("1");
    expect(snapshotsOf(place.machine)).toEqual(["base", "later (current)"]);
    expect(place.machine.settings.info.get("cpus")).toBe("4");
  });

  it("stays at the new snapshot, below the one it started from", async () => {
    const place = await createMachine(["snapshot own take base", "snapshot own take later"]);
    await build(place, builder, { ...VM, ...WITHOUT_SSH, attach_snapshot: "base", target_snapshot: "new" });
    expect(snapshotsOf(place.machine)).toEqual(["base", "later", "new (current)"]);
    expect(place.machine.current!.parent!.name).toBe("base");
  });

  it("stays as it is after the build with keep_registered", async () => {
    const place = await createMachine(["snapshot own take base", "snapshot own take later"]);
    await build(place, builder, { ...VM, ...WITHOUT_SSH, attach_snapshot: "base", keep_registered: true });
    expect(snapshotsOf(place.machine)).toEqual(["base (current)", "later"]);
  });

  it("replaces a snapshot with force_delete_snapshot", async () => {
    const place = await createMachine(["snapshot own take done"]);
    const [old] = place.machine.snapshots;
    await build(place, builder, { ...VM, ...WITHOUT_SSH, target_snapshot: "done", force_delete_snapshot: true });
    expect(snapshotsOf(place.machine)).toEqual(["done (current)"]);
    expect(place.machine.snapshots).not.toContain(old);
  });

  it("goes back when the build fails, whatever the build did to the machine", async () => {
    const place = await createMachine(["snapshot own take base"]);
    place.box.faults.push({
      when: /^export/,
      times: 1,
      answer: { code: 1, stdout: "", stderr: "VBoxManage: error: no\n" },
    });
    const failed = build(place, builder, {
      ...{ ...VM, ...WITHOUT_SSH, attach_snapshot: "base" },
      vboxmanage: [["modifyvm", "own", "--cpus", "8"]],
    });
    await expect(failed).rejects.toThrow("VBoxManage export");
    expect(place.machine.settings.info.get("cpus")).toBe("1");
    expect(place.machine.state).toBe("poweroff");
    expect(existsSync(place.path("output-example"))).toBe(false);
  });

  it("takes its network, its display and its devices back out when the build fails", async () => {
    const place = await createMachine(["modifyvm own --nic1 none"]);
    place.box.faults.push({
      when: /^startvm/,
      times: 1,
      answer: { code: 1, stdout: "", stderr: "VBoxManage: error: no\n" },
    });
    const failed = build(place, builder, {
      ...{ ...VM, ...withSsh(), cd_content: { "meta-data": "" }, floppy_content: { a: "b" } },
    });
    await expect(failed).rejects.toThrow("VBoxManage startvm");
    const { settings } = place.machine;
    expect(settings.adapters[0]).toMatchObject({ attachment: "none" });
    expect(settings.adapters[0]!.rules.size).toBe(0);
    expect(settings.display.on).toBe(false);
    expect(attachmentsOf(settings).map(({ type }) => type)).toEqual(["hdd"]);
    expect(settings.controllers.map(({ name }) => name)).toEqual(["Disks"]);
  });

  it.each<[what: string, changes: readonly string[], args: Record<string, unknown>, message: string, hint: string]>([
    ["a machine there is not", [], { vm_name: "ovn" }, 'has no machine "ovn". Did you mean "own"?', 'It has "own".'],
    ["a machine that runs", ["startvm own"], {}, 'The machine "own" is running', "Shut it down"],
    [
      "a snapshot there is not",
      ["snapshot own take base"],
      { attach_snapshot: "bose" },
      'Did you mean "base"?',
      '"base"',
    ],
    [
      "a snapshot whose name two have",
      ["snapshot own take a", "snapshot own take x", "snapshot own take x"],
      { attach_snapshot: "x" },
      'has 2 snapshots named "x"',
      '"a/x" or "a/x/x"',
    ],
    [
      "a snapshot that is there already",
      ["snapshot own take done"],
      { target_snapshot: "done" },
      'has a snapshot "done" already',
      "force_delete_snapshot = true",
    ],
  ])("refuses %s, before anything is done", async (_, changes, args, message, hint) => {
    const place = await createMachine(changes);
    const failed = build(place, builder, { ...VM, ...WITHOUT_SSH, ...args });
    await expect(failed).rejects.toMatchObject({
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining(hint) as string,
    });
    expect(place.box.calls.map(([command]) => command)).not.toContain("modifyvm");
  });
});

describe("cleanup of a machine that a killed run borrowed", () => {
  it("takes out what the run put in, and nothing else", async () => {
    const place = await createMachine([
      "storageattach own --storagectl Disks --port 1 --device 1 --type dvddrive --medium emptydrive",
      "modifyvm own --natpf1 web,tcp,,8080,,80",
    ]);
    const { box, run } = place;
    // The process is gone in the middle of the build: nothing of it is undone.
    box.faults.push({ when: /^startvm/, times: 1, answer: { code: 1, stdout: "", stderr: "VBoxManage: error: no\n" } });
    const config = configOf(builder.schema, {
      ...{ ...VM, ...withSsh(), cd_content: { "meta-data": "" }, floppy_content: { a: "b" } },
    });
    await expect(builder.build(run, config)).rejects.toThrow("VBoxManage startvm");
    expect(attachmentsOf(place.machine.settings).map(({ type }) => type)).toEqual([
      "hdd",
      "dvddrive",
      "dvddrive",
      "fdd",
    ]);
    const { resource } = run.journal.find((entry) => entry.resource.kind === "virtualbox-vm")!;
    const stored = JSON.parse(JSON.stringify(resource)) as typeof resource;
    const context = { env: run.host.env, signal: run.signal, dryRun: false };
    expect(await reaper.reap(stored, context as never)).toEqual({ kind: "removed" });
    const { settings } = place.machine;
    expect(attachmentsOf(settings).map(({ type, place: at }) => `${type} ${at}`)).toEqual(["hdd 0-0", "dvddrive 1-1"]);
    expect(settings.controllers.map(({ name }) => name)).toEqual(["Disks"]);
    expect([...settings.adapters[0]!.rules.keys()]).toEqual(["web"]);
    expect(settings.display.on).toBe(false);
  });
});
