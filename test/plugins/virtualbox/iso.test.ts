import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builder } from "../../../src/plugins/virtualbox/iso.ts";
import { readAppliance } from "../../helper/fake-virtualbox/appliances.ts";
import { attachmentsOf, type Settings } from "../../helper/fake-virtualbox/machine.ts";
import { build, createPlace, ISO, WITHOUT_SSH, withSsh, type Place, type PlaceOptions } from "./run-build.ts";

const additions = { guest_additions_mode: "attach", guest_additions_url: "additions.iso" };

/** A build that succeeds, and where it took place. */
async function built(args: Readonly<Record<string, unknown>>, options?: PlaceOptions): Promise<Place> {
  const place = await createPlace(options);
  await build(place, builder, { ...ISO, ...WITHOUT_SSH, ...args });
  return place;
}

const exported = async ({ path }: Place, name = "output-example/m.ovf"): Promise<Settings> =>
  (await readAppliance(path(name))).settings;

describe("virtualbox-iso", () => {
  it("makes, starts, provisions, exports and removes a machine, in few calls", async () => {
    const place = await createPlace({
      provision: async ({ communicator }) => {
        const signal = new AbortController().signal;
        await communicator.upload(Buffer.from("provisioned"), "proof", { signal });
      },
    });
    const artifact = await build(place, builder, {
      ...ISO,
      ...withSsh(),
      guest_additions_mode: "upload",
      guest_additions_url: "additions.iso",
      guest_additions_path: "GA-{{.Version}}.iso",
      boot_command: ["<esc>", "install {{.HTTPIP}}:{{.HTTPPort}} {{.Name}}<enter>"],
      http_content: { "/answers": "yes" },
    });
    expect(artifact).toMatchObject({ builderId: "mitchellh.virtualbox", id: "VM", state: { architecture: "amd64" } });
    expect(artifact!.files.map((file) => file.slice(place.path("").length + 1))).toEqual([
      "output-example/m-disk001.vmdk",
      "output-example/m.ovf",
    ]);
    expect(place.box.remains()).toEqual([]);
    expect(place.run.journal.every(({ struck }) => struck)).toBe(true);
    expect(await readFile(join(place.guest.home, "proof"), "utf8")).toBe("provisioned");
    expect(await readFile(join(place.guest.home, ".vbox_version"), "utf8")).toBe("7.2.22");
    expect(await readFile(join(place.guest.home, "GA-7.2.22.iso"), "utf8")).toBe("guest additions");
    expect(place.guest.commands.at(-1)).toBe("shutdown");
    const { adapters, display, description } = await exported(place);
    expect(adapters[0]!.rules.size).toBe(0);
    expect(display.on).toBe(false);
    expect(description).toBe("");
    // Those that wait (for the machine to go off, for keys to be read) come as often as it takes.
    const calls = place.box.calls.map((args) => args.slice(0, args[0] === "controlvm" ? 3 : 1).join(" "));
    expect(calls.filter((call) => !/showvminfo|controlvm|debugvm/.test(call))).toEqual([
      "--version",
      "list",
      "list",
      "list",
      "createmedium",
      "createvm",
      "modifyvm",
      "storagectl",
      "storageattach",
      "storageattach",
      "startvm",
      "storageattach",
      "modifyvm",
      "export",
      "list",
      "unregistervm",
    ]);
  });

  it("exports as OVA under another name, with further arguments", async () => {
    const place = await built({
      ...{ format: "ova", output_directory: "out", output_filename: "image" },
      export_opts: ["--manifest", "--vsys", "0", "--product", "x y"],
    });
    expect(await readdir(place.path("out"))).toEqual(["image.ova"]);
    const { options } = await readAppliance(place.path("out/image.ova"));
    expect(options).toEqual(["--manifest", "--vsys", "0", "--product", "x y"]);
  });

  it("takes empty names as names that are not given", async () => {
    const place = await built({ vm_name: "", output_filename: "", output_directory: "" });
    expect(place.box.removed.map(({ name }) => name)).toEqual(["packer-example"]);
    expect(existsSync(place.path("output-example/packer-example.ovf"))).toBe(true);
  });

  it("leaves nothing in the machine but what belongs to it", async () => {
    const cd = { cd_content: { "meta-data": "" }, floppy_content: { "a.txt": "b" } };
    const place = await built({ ...additions, ...cd });
    expect(attachmentsOf(await exported(place)).map(({ type, place: at }) => `${type} ${at}`)).toEqual(["hdd 0-0"]);
    expect((await exported(place)).controllers.map(({ name }) => name)).toEqual(["IDE"]);
  });

  it("leaves the installation medium in the machine with bundle_iso", async () => {
    const place = await built({ ...additions, bundle_iso: true });
    const discs = attachmentsOf(await exported(place)).filter(({ type }) => type === "dvddrive");
    expect(discs.map(({ medium }) => medium!.path)).toEqual([place.path("boot.iso")]);
  });

  it("has its discs and floppy disk in place when it starts", async () => {
    const place = await createPlace();
    const seen: string[] = [];
    const start = place.guest.start.bind(place.guest);
    place.guest.start = async (port) => {
      seen.push(...attachmentsOf(place.box.find("m")!.settings).map((at) => `${at.controller} ${at.type} ${at.place}`));
      await start(port);
    };
    await build(place, builder, {
      ...{ ...ISO, ...withSsh(), ...additions },
      ...{ cd_content: { "meta-data": "" }, floppy_content: { "a.txt": "b" } },
    });
    expect(seen).toEqual([
      "IDE hdd 0-0",
      "IDE dvddrive 0-1",
      "IDE dvddrive 1-0",
      "IDE dvddrive 1-1",
      "imgbuild Floppy fdd 0-0",
    ]);
  });

  it("keeps the machine and its disk with keep_registered", async () => {
    const place = await built({ keep_registered: true });
    expect(place.box.remains()).toEqual(["m", place.path("output-example/m.vdi")]);
    expect(place.box.find("m")!.settings.description).toBe("");
    expect(existsSync(place.path("output-example/m.ovf"))).toBe(true);
  });

  it("keeps the machine as it ran with skip_export and keep_registered", async () => {
    const place = await createPlace();
    await build(place, builder, { ...ISO, ...withSsh(), skip_export: true, keep_registered: true });
    const [adapter] = place.box.find("m")!.settings.adapters;
    expect([...adapter!.rules.keys()]).toEqual(["packercomm"]);
    expect(existsSync(place.path("output-example/m.ovf"))).toBe(false);
  });

  it("runs the user's rows before the start and after the end, and gives them what they may use", async () => {
    const place = await built({
      http_content: { "/a": "b" },
      vboxmanage: [
        ["modifyvm", "{{.Name}}", "--description", "{{.HTTPIP}}:{{.HTTPPort}}"],
        ["setextradata", "{{.Name}}", "Seen", "before the start"],
      ],
      vboxmanage_post: [["modifyvm", "{{.Name}}", "--memory", "64"]],
    });
    const calls = place.box.calls.map((args) => args.join(" "));
    const at = (pattern: RegExp) => calls.findIndex((call) => pattern.test(call));
    expect(at(/--description 10\.0\.2\.2:\d{4,5}$/)).toBeGreaterThan(at(/^createvm/));
    expect(at(/^setextradata m Seen/)).toBeLessThan(at(/^startvm/));
    expect(at(/--memory 64/)).toBeGreaterThan(at(/controlvm .* poweroff|acpipowerbutton/));
    expect((await exported(place)).info.get("memory")).toBe("64");
    // The user's own description is no mark of ours.
    expect((await exported(place)).description).toMatch(/^10\.0\.2\.2/);
  });

  it("leaves the display on where the user's rows choose it", async () => {
    const place = await built({ vboxmanage: [["modifyvm", "{{.Name}}", "--vrde", "on"]] });
    expect((await exported(place)).display.on).toBe(true);
  });

  it.each([
    [true, "headless"],
    [false, "gui"],
  ])("starts with headless = %s as %s", async (headless, type) => {
    const { box } = await built({ headless });
    expect(box.calls.find(([command]) => command === "startvm")!.slice(2)).toEqual(["--type", type]);
  });

  it("types the boot command into the machine", async () => {
    const place = await createPlace();
    await build(place, builder, { ...ISO, ...WITHOUT_SSH, boot_command: ["a<enter>"] });
    expect(place.box.removed[0]!.typed.flat()).toEqual(["1e", "9e", "1c", "9c"]);
  });

  it("writes no version file where virtualbox_version_file is empty", async () => {
    const place = await createPlace();
    await build(place, builder, { ...ISO, ...withSsh(), virtualbox_version_file: "" });
    expect(await readdir(place.guest.home)).toEqual([]);
  });

  it("takes VirtualBox's own additions where the template names none", async () => {
    const place = await createPlace();
    const iso = join(place.box.root, "own.iso");
    await writeFile(iso, "additions of this VirtualBox");
    const { answer } = place.box.recording;
    const stdout = answer("system properties", { ROOT: place.box.root }).stdout.replace(
      /(Default Guest Additions ISO: +)/,
      `$1${iso}`,
    );
    place.box.faults.push({ when: /^list systemproperties/, times: 1, answer: { code: 0, stdout, stderr: "" } });
    await build(place, builder, { ...ISO, ...withSsh(), guest_additions_mode: "upload" });
    expect(await readFile(join(place.guest.home, "VBoxGuestAdditions.iso"), "utf8")).toMatch(/^additions of this/);
  });

  it("refuses additions with another checksum", async () => {
    const place = await createPlace();
    const wrong = build(place, builder, {
      ...ISO,
      ...WITHOUT_SSH,
      ...additions,
      guest_additions_sha256: "0".repeat(64),
    });
    await expect(wrong).rejects.toThrow(/checksum/i);
    expect(place.box.remains()).toEqual([]);
    expect(place.box.calls.some(([command]) => command === "createvm")).toBe(false);
  });

  it("connects to the machine directly with skip_nat_mapping", async () => {
    const place = await createPlace();
    const port = withSsh().host_port_min;
    await place.guest.start(port);
    const direct = { skip_nat_mapping: true, ssh_host: "127.0.0.1", ssh_port: port };
    await build(place, builder, { ...ISO, ...withSsh(), ...direct });
    expect(place.guest.commands.at(-1)).toBe("shutdown");
    expect(place.box.calls.flat().filter((arg) => arg.includes("packercomm"))).toEqual([]);
  });
});

describe("the end of a machine", () => {
  it("comes by the power button where there is no shutdown_command", async () => {
    const { run, box } = await built({});
    expect(run.said()).toContain("The machine is off (by its power button).");
    expect(box.calls.some((args) => args.includes("poweroff"))).toBe(false);
  });

  it("comes by the power button with acpi_shutdown, even where there is a command", async () => {
    const place = await createPlace();
    await build(place, builder, { ...ISO, ...withSsh(), acpi_shutdown: true });
    expect(place.run.said()).toContain("The machine is off (by its power button).");
    expect(place.guest.commands).not.toContain("shutdown");
  });

  it("is waited for with disable_shutdown", async () => {
    const place = await createPlace({
      provision: async () => void setTimeout(() => void place.guest.onShutdown(), 300),
    });
    await build(place, builder, { ...ISO, ...withSsh(), disable_shutdown: true });
    expect(place.run.said()).toContain("The machine is off (it shut itself down).");
    expect(place.box.calls.flat()).not.toContain("acpipowerbutton");
  });
});
