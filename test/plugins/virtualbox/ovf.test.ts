import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { builder as iso } from "../../../src/plugins/virtualbox/iso.ts";
import { builder } from "../../../src/plugins/virtualbox/ovf.ts";
import { readAppliance } from "../../helper/fake-virtualbox/appliances.ts";
import { attachmentsOf } from "../../helper/fake-virtualbox/machine.ts";
import { build, createPlace, ISO, WITHOUT_SSH, withSsh, type Place } from "./run-build.ts";

const OVF = { source_path: "from/base.ovf", checksum: "none", vm_name: "again" };

/** A place with an exported machine `from/base.ovf`. */
async function createAppliance(changes: readonly (readonly string[])[] = []): Promise<Place> {
  const place = await createPlace();
  const { box } = place;
  await box.call(["createvm", "--name", "base", "--ostype", "Debian12_64", "--register"]);
  await box.call(["storagectl", "base", "--name", "Disks", "--add", "ide"]);
  await box.call(["createmedium", "disk", "--filename", place.path("base.vdi"), "--size", "8", "--format", "VDI"]);
  const at = ["--storagectl", "Disks", "--port", "0", "--device", "0", "--type", "hdd"];
  await box.call(["storageattach", "base", ...at, "--medium", place.path("base.vdi")]);
  for (const change of changes) await box.call(change);
  await box.call(["export", "base", "--output", place.path("from/base.ovf")]);
  await box.call(["unregistervm", "base", "--delete"]);
  box.calls.length = 0;
  return place;
}

describe("virtualbox-ovf", () => {
  it("imports, provisions, exports and removes a machine, in few calls", async () => {
    const place = await createAppliance([["modifyvm", "base", "--memory", "777"]]);
    const artifact = await build(place, builder, { ...OVF, ...withSsh() });
    expect(artifact!.files.map((file) => file.slice(place.path("").length + 1))).toEqual([
      "output-example/again-disk001.vmdk",
      "output-example/again.ovf",
    ]);
    expect(artifact!.state).toEqual({ architecture: "amd64" });
    expect(place.box.remains()).toEqual([]);
    const { settings } = await readAppliance(place.path("output-example/again.ovf"));
    expect(settings.info.get("memory")).toBe("777");
    expect(settings.adapters[0]!.rules.size).toBe(0);
    expect(settings.description).toBe("");
    const calls = place.box.calls.map(([command]) => command).filter((command) => command !== "showvminfo");
    expect(calls).toEqual([
      ...["--version", "list", "list", "import", "modifyvm", "startvm"],
      ...["modifyvm", "export", "list", "unregistervm"],
    ]);
  });

  it("makes the way in anew in a machine that was exported with one", async () => {
    const rule = ["modifyvm", "base", "--natpf1", "packercomm,tcp,127.0.0.1,1,,22"];
    // The second card's rules have the same names in what VirtualBox says of the machine.
    const second = ["modifyvm", "base", "--nic2", "nat", "--natpf2", "web,tcp,,8080,,80"];
    const place = await createAppliance([rule, second]);
    await build(place, builder, { ...OVF, ...withSsh() });
    const { settings } = await readAppliance(place.path("output-example/again.ovf"));
    expect(settings.adapters.map(({ rules }) => [...rules.keys()]).slice(0, 2)).toEqual([[], ["web"]]);
  });

  it("puts discs and a floppy disk where the machine has room", async () => {
    const place = await createAppliance([["storagectl", "base", "--name", "Old floppy", "--add", "floppy"]]);
    const seen: string[] = [];
    const start = place.guest.start.bind(place.guest);
    place.guest.start = async (port) => {
      const { settings } = place.box.find("again")!;
      seen.push(...attachmentsOf(settings).map((used) => `${used.controller} ${used.type} ${used.place}`));
      await start(port);
    };
    await build(place, builder, {
      ...{ ...OVF, ...withSsh(), cd_content: { "meta-data": "" }, floppy_content: { a: "b" } },
      ...{ guest_additions_mode: "attach", guest_additions_url: "additions.iso" },
    });
    expect(seen).toEqual(["Disks hdd 0-0", "Disks dvddrive 0-1", "Disks dvddrive 1-0", "imgbuild Floppy fdd 0-0"]);
    const { settings } = await readAppliance(place.path("output-example/again.ovf"));
    expect(attachmentsOf(settings).map(({ type }) => type)).toEqual(["hdd"]);
  });

  it("says which controllers there are when none takes the discs", async () => {
    const place = await createAppliance();
    const wanted = { guest_additions_interface: "sata", cd_content: { a: "b" } };
    const failed = build(place, builder, { ...OVF, ...WITHOUT_SSH, ...wanted });
    await expect(failed).rejects.toMatchObject({
      message: "The machine has no SATA controller for its discs",
      hint: expect.stringContaining('"Disks" (PIIX4)') as string,
    });
    expect(place.box.remains()).toEqual([]);
  });

  it("hands import_flags and import_opts on", async () => {
    const place = await createAppliance();
    const options = { import_flags: ["--eula", "accept"], import_opts: "keepallmacs" };
    await build(place, builder, { ...OVF, ...WITHOUT_SSH, ...options });
    const args = place.box.calls.find(([command]) => command === "import")!;
    expect(args.slice(6)).toEqual(["--eula", "accept", "--options", "keepallmacs"]);
  });

  it("keeps the machine under its own name with keep_registered", async () => {
    const place = await createAppliance();
    await build(place, builder, { ...OVF, ...WITHOUT_SSH, keep_registered: true });
    expect(place.box.machines.map(({ name }) => name)).toEqual(["again"]);
  });

  it("refuses an appliance with another checksum, and imports nothing", async () => {
    const place = await createAppliance();
    const failed = build(place, builder, { ...OVF, ...WITHOUT_SSH, checksum: `sha256:${"0".repeat(64)}` });
    await expect(failed).rejects.toThrow(/checksum/i);
    expect(place.box.calls.some(([command]) => command === "import")).toBe(false);
  });

  it("leaves no machine when the import fails", async () => {
    const place = await createAppliance();
    await writeFile(place.path("from/not.iso"), "");
    const failed = build(place, builder, { ...OVF, ...WITHOUT_SSH, source_path: "from/not.iso" });
    await expect(failed).rejects.toThrow("Appliance file must have .ovf or .ova extension");
    expect(place.box.remains()).toEqual([]);
  });

  it("takes what virtualbox-iso made", async () => {
    const place = await createPlace();
    await build(place, iso, { ...ISO, ...WITHOUT_SSH, cpus: 2, output_directory: "first" });
    await build(place, builder, { ...OVF, ...WITHOUT_SSH, source_path: "first/m.ovf" });
    const { settings } = await readAppliance(place.path("output-example/again.ovf"));
    expect(settings.info.get("cpus")).toBe("2");
  });
});
