import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { schema as isoSchema } from "../../../src/plugins/virtualbox/options/iso.ts";
import { attachDiscs } from "../../../src/plugins/virtualbox/discs.ts";
import { placeDiscs } from "../../../src/plugins/virtualbox/add-storage.ts";
import { createMachine, diskPaths } from "../../../src/plugins/virtualbox/create-machine.ts";
import { requireVersion } from "../../../src/plugins/virtualbox/required-version.ts";
import { parseVersion } from "../../../src/plugins/virtualbox/driver/version.ts";
import { settingsArguments } from "../../../src/plugins/virtualbox/driver/vm-settings.ts";
import { hardwareSettings } from "../../../src/plugins/virtualbox/hardware.ts";
import { configOf } from "../../helper/decode-config.ts";
import { createFakeVirtualBox, type FakeVirtualBoxOptions } from "../../helper/fake-virtualbox/fake-virtualbox.ts";
import { describeMachine, type FakeMachine } from "../../helper/fake-virtualbox/machine.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { fakeDriver } from "./fake-driver.ts";
import { ISO, WITHOUT_SSH } from "./run-build.ts";

const SSH = { communicator: "ssh", ssh_username: "root", ssh_password: "x" };

/** The machine that `virtualbox-iso` makes of these arguments, before it is started. */
async function machineOf(
  args: Readonly<Record<string, unknown>>,
  options: FakeVirtualBoxOptions = {},
): Promise<FakeMachine> {
  const run = await createRecordingRun();
  const box = createFakeVirtualBox(options);
  const driver = fakeDriver(box);
  const config = configOf(isoSchema, { ...ISO, ...WITHOUT_SSH, ...args });
  const disks = diskPaths(config, join(box.root, "out"), "m");
  const { machine } = await createMachine(run, config, {
    driver,
    name: "m",
    disks,
    ports: { ssh: config.communicator === "ssh" && !config.skip_nat_mapping ? 2299 : undefined, vrdp: 5901 },
  });
  const files = { boot: join(box.root, "boot.iso"), additions: join(box.root, "ga.iso"), cd: join(box.root, "cd.iso") };
  for (const file of Object.values(files)) await writeFile(file, "");
  await attachDiscs(run, { driver, vm: machine.uuid, discs: placeDiscs(config, files) });
  return box.find("m")!;
}

/** What `showvminfo` says of it, with the directory of the test left out. */
async function infoOf(...given: Parameters<typeof machineOf>): Promise<readonly string[]> {
  const machine = await machineOf(...given);
  const root = join(machine.folder, "..", "..");
  return describeMachine(machine).map((line) => line.replaceAll(root, ""));
}

describe("an argument of virtualbox-iso", () => {
  it.each<[what: string, args: Record<string, unknown>, lines: readonly string[]]>([
    ["guest_os_type", { guest_os_type: "Windows11_64" }, ['ostype="Windows 11 (64-bit)"']],
    [
      "guest_os_type left out",
      { guest_os_type: undefined },
      ['ostype="Other/Unknown"', 'graphicscontroller="vboxvga"'],
    ],
    ["cpus", { cpus: 4, guest_os_type: "Other" }, ["cpus=4", 'ioapic="on"']],
    ["one processor", { cpus: 1, guest_os_type: "Other" }, ["cpus=1", 'ioapic="off"']],
    ["memory", { memory: 2048 }, ["memory=2048"]],
    ["sound", { sound: "pulse" }, ['audio="pulse"', 'audio_in="on"', 'audio_out="on"']],
    ["no sound", {}, ['audio="null"', 'audio_in="off"', 'audio_out="off"']],
    ["audio_controller none", { audio_controller: "none", sound: "pulse" }, ['audio="none"', 'audio_out="off"']],
    ["usb", { usb: true }, ['usb="off"', 'ehci="on"', 'xhci="off"']],
    ["usb_controller ohci", { usb: true, usb_controller: "ohci" }, ['usb="on"', 'ehci="off"', 'xhci="off"']],
    ["usb_controller xhci", { usb: true, usb_controller: "xhci" }, ['usb="off"', 'ehci="off"', 'xhci="on"']],
    ["usb_controller none", { usb: true, usb_controller: "none" }, ['usb="off"', 'ehci="off"', 'xhci="off"']],
    ["usb off", { usb_controller: "xhci" }, ['usb="off"', 'ehci="off"', 'xhci="off"']],
    ["chipset", { chipset: "ich9" }, ['chipset="ich9"', 'nic36="none"']],
    ["firmware", { firmware: "efi" }, ['firmware="EFI"']],
    ["firmware efi32", { firmware: "efi32" }, ['firmware="EFI32"']],
    ["firmware bios, for a guest that wants EFI", { guest_os_type: "Windows11_64" }, ['firmware="BIOS"']],
    ["nested_virt", { nested_virt: true }, ['nested-hw-virt="on"']],
    ["rtc_time_base UTC", { rtc_time_base: "UTC", guest_os_type: "Other" }, ['rtcuseutc="on"']],
    ["rtc_time_base local", { rtc_time_base: "local" }, ['rtcuseutc="off"']],
    ["nic_type", { nic_type: "virtio" }, ['nictype1="virtio"']],
    ["mouse", { mouse: "usbtablet" }, ['hidpointing="usbtablet"', 'usb="on"']],
    ["mouse and usb", { mouse: "usb", usb: true }, ['hidpointing="usbmouse"', 'usb="off"', 'ehci="on"']],
    ["mouse usbmultitouch", { mouse: "usbmultitouch" }, ['hidpointing="usbmultitouch"']],
    ["keyboard", { keyboard: "usb" }, ['hidkeyboard="usbkbd"', 'usb="on"']],
    ["gfx_controller", { gfx_controller: "vboxsvga" }, ['graphicscontroller="vboxsvga"']],
    ["gfx_controller none", { gfx_controller: "none" }, ['graphicscontroller="null"']],
    ["gfx_controller left out", {}, ['graphicscontroller="vmsvga"', "vram=4"]],
    ["gfx_vram_size", { gfx_vram_size: 128 }, ["vram=128"]],
    ["gfx_accelerate_3d", { gfx_accelerate_3d: true }, ['accelerate3d="on"', "vram=4"]],
    ["secure_boot", { firmware: "efi", secure_boot: true }, ['SecureBoot="on"']],
    ["vrdp", {}, ['vrde="on"', 'vrdeports="5901"', 'vrdeaddress="127.0.0.1"', 'vrdeauthtype="null"']],
    ["vrdp_bind_address", { vrdp_bind_address: "0.0.0.0" }, ['vrdeaddress="0.0.0.0"']],
    ["ssh", SSH, ['Forwarding(0)="packercomm,tcp,127.0.0.1,2299,,22"', 'nic1="nat"', 'localhostReachable="1"']],
    ["ssh_port", { ...SSH, ssh_port: 2022 }, ['Forwarding(0)="packercomm,tcp,127.0.0.1,2299,,2022"']],
    ["the order of devices at boot", {}, ['boot1="disk"', 'boot2="dvd"', 'boot3="none"', 'boot4="none"']],
    ["the mark of the run", {}, ['description="imgbuild run 11111111-2222-4333-8444-555555555555"']],
  ])("reaches the machine: %s", async (_, args, lines) => {
    expect(await infoOf(args)).toEqual(expect.arrayContaining([...lines]));
  });

  it.each<[what: string, args: Record<string, unknown>]>([
    ["skip_nat_mapping", { ...SSH, skip_nat_mapping: true }],
    ["communicator none", {}],
  ])("forwards no port with %s", async (_, args) => {
    expect((await infoOf(args)).filter((line) => line.startsWith("Forwarding"))).toEqual([]);
  });

  it("leaves nested virtualization alone where it is not mentioned", () => {
    const hardware = (args: Readonly<Record<string, unknown>>) =>
      settingsArguments(
        hardwareSettings(configOf(isoSchema, { ...ISO, ...WITHOUT_SSH, ...args })),
        parseVersion("7.2.0\n"),
      );
    expect(hardware({})).not.toContain("--nested-hw-virt");
    expect(hardware({ nested_virt: false }).join(" ")).toContain("--nested-hw-virt off");
  });

  it("reaches what VirtualBox does not show", async () => {
    const machine = await machineOf({
      ...{ sound: "alsa", audio_controller: "hda", nic_type: "virtio", tpm: "2.0", firmware: "efi" },
      ...{ gfx_efi_resolution: "1440x900", secure_boot: true, machine_owner_keys: ["/keys/mine.der"] },
    });
    expect(machine.settings.hidden.get("--audiocontroller")).toBe("hda");
    expect(machine.settings.hidden.get("--tpm-type")).toBe("2.0");
    expect(machine.settings.adapters.map(({ type }) => type)).toEqual(Array.from({ length: 8 }, () => "virtio"));
    expect(machine.extraData.get("VBoxInternal2/EfiGraphicsResolution")).toBe("1440x900");
    expect(machine.settings.firmware.variables).toEqual([
      "inituefivarstore",
      "enrollmssignatures",
      "enrollorclpk",
      `enrollmok --mok /keys/mine.der --owner-uuid ${machine.uuid}`,
      "secureboot --enable",
    ]);
  });
});

describe("storage of virtualbox-iso", () => {
  const places = async (args: Readonly<Record<string, unknown>>): Promise<readonly string[]> =>
    (await infoOf(args)).flatMap((line) => {
      const [, place, path] = /^"([^"]+-\d+-\d+)"="(\/.*)"$/.exec(line) ?? [];
      return path === undefined ? [] : [`${place} ${path}`];
    });
  const cd = { cd_content: { "meta-data": "" } };
  const additions = { guest_additions_mode: "attach" };

  it.each<[what: string, args: Record<string, unknown>, expected: readonly string[]]>([
    ["one disk and one disc on IDE", {}, ["IDE-0-0 /out/m.vdi", "IDE-0-1 /boot.iso"]],
    [
      "everything on IDE",
      { ...cd, ...additions },
      ["IDE-0-0 /out/m.vdi", "IDE-0-1 /boot.iso", "IDE-1-0 /ga.iso", "IDE-1-1 /cd.iso"],
    ],
    [
      "a second IDE disk beside the additions",
      { ...additions, disk_additional_size: [10] },
      ["IDE-0-0 /out/m-0.vdi", "IDE-0-1 /boot.iso", "IDE-1-0 /ga.iso", "IDE-1-1 /out/m-1.vdi"],
    ],
    [
      "three IDE disks",
      { disk_additional_size: [10, 11] },
      ["IDE-0-0 /out/m-0.vdi", "IDE-0-1 /boot.iso", "IDE-1-0 /out/m-1.vdi", "IDE-1-1 /out/m-2.vdi"],
    ],
    [
      "four IDE disks, discs elsewhere",
      { disk_additional_size: [10, 11, 12], iso_interface: "sata" },
      [
        "IDE-0-0 /out/m-0.vdi",
        "IDE-0-1 /out/m-1.vdi",
        "IDE-1-0 /out/m-2.vdi",
        "IDE-1-1 /out/m-3.vdi",
        "SATA-13-0 /boot.iso",
      ],
    ],
    ["a SATA disk", { hard_drive_interface: "sata" }, ["IDE-0-1 /boot.iso", "SATA-0-0 /out/m.vdi"]],
    [
      "everything on SATA",
      { hard_drive_interface: "sata", iso_interface: "sata", ...cd, ...additions, disk_additional_size: [1] },
      [
        "SATA-0-0 /out/m-0.vdi",
        "SATA-1-0 /out/m-1.vdi",
        "SATA-13-0 /boot.iso",
        "SATA-14-0 /ga.iso",
        "SATA-15-0 /cd.iso",
      ],
    ],
    [
      "everything on VirtIO",
      { hard_drive_interface: "virtio", iso_interface: "virtio", ...additions },
      ["VirtioSCSI-0-0 /out/m.vdi", "VirtioSCSI-13-0 /boot.iso", "VirtioSCSI-14-0 /ga.iso"],
    ],
    ["a SCSI disk", { hard_drive_interface: "scsi" }, ["IDE-0-1 /boot.iso", "SCSI-0-0 /out/m.vdi"]],
    [
      "NVMe disks",
      { hard_drive_interface: "pcie", disk_additional_size: [1] },
      ["IDE-0-1 /boot.iso", "NVMe-0-0 /out/m-0.vdi", "NVMe-1-0 /out/m-1.vdi"],
    ],
    [
      "additions on a controller of their own",
      { ...additions, guest_additions_interface: "sata" },
      ["IDE-0-0 /out/m.vdi", "IDE-0-1 /boot.iso", "SATA-14-0 /ga.iso"],
    ],
  ])("has a place for %s", async (_, args, expected) => {
    expect(await places(args)).toEqual(expected);
  });

  it.each<[what: string, args: Record<string, unknown>, lines: readonly string[]]>([
    ["sata_port_count", { hard_drive_interface: "sata", sata_port_count: 4 }, ['storagecontrollerportcount1="4"']],
    ["nvme_port_count", { hard_drive_interface: "pcie", nvme_port_count: 3 }, ['storagecontrollerportcount1="3"']],
    ["hard_drive_discard", { hard_drive_discard: true }, ['"IDE-discard-0-0"="on"', '"IDE-nonrotational-0-0"="off"']],
    ["hard_drive_nonrotational", { hard_drive_nonrotational: true }, ['"IDE-nonrotational-0-0"="on"']],
  ])("takes %s", async (_, args, lines) => {
    expect(await infoOf(args)).toEqual(expect.arrayContaining([...lines]));
  });

  it("has the sizes that were asked for", async () => {
    const { settings } = await machineOf({
      disk_size: 5000,
      disk_additional_size: [6000],
      hard_drive_interface: "sata",
    });
    const disks = settings.controllers.find(({ bus }) => bus === "sata")!.places;
    expect([...disks.values()].map(({ medium }) => medium!.sizeMb)).toEqual([5000, 6000]);
  });
});

describe("a version of VirtualBox", () => {
  it("before 7.0 gets its sound by the old option, and no word of the host's loopback", async () => {
    const lines = await infoOf({ ...SSH, sound: "pulse" }, { version: "6.1.50r161033" });
    expect(lines).toEqual(expect.arrayContaining(['audio="pulse"', 'localhostReachable="0"']));
    expect(await infoOf({ audio_controller: "none" }, { version: "6.1.50r161033" })).toContain('audio="none"');
  });

  it("from 7.0 on reaches this computer's loopback", async () => {
    expect(await infoOf(SSH, { version: "7.0.0r153978" })).toContain('localhostReachable="1"');
  });

  it.each([
    ["tpm", { tpm: "2.0" }],
    ["secure_boot", { secure_boot: true, firmware: "efi" }],
    ["machine_owner_keys", { machine_owner_keys: ["a.der"], firmware: "efi" }],
  ])("before 7.0 has no %s, which is said at once", (argument, args) => {
    const config = configOf(isoSchema, { ...ISO, ...WITHOUT_SSH, ...args });
    expect(() => requireVersion(config, parseVersion("6.1.50r161033\n"))).toThrow(
      `"${argument}" needs VirtualBox 7.0 or later, and this is 6.1.50`,
    );
    expect(() => requireVersion(config, parseVersion("7.0.2r154219\n"))).not.toThrow();
  });
});
