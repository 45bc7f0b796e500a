import { describe, expect, it } from "vitest";
import { schema as isoSchema } from "../../../src/plugins/virtualbox/options/iso.ts";
import { schema as ovfSchema } from "../../../src/plugins/virtualbox/options/ovf.ts";
import { schema as vmSchema } from "../../../src/plugins/virtualbox/options/vm.ts";
import { configOf, issuesOf } from "../../helper/decode-config.ts";
import { ISO as UNCHECKED, WITHOUT_SSH } from "./run-build.ts";

const ISO = { ...UNCHECKED, iso_checksum: "md5:d41d8cd98f00b204e9800998ecf8427e" };

const issues = (args: Readonly<Record<string, unknown>>) => issuesOf(isoSchema, { ...ISO, ...WITHOUT_SSH, ...args });

describe("the arguments of a virtualbox-iso source", () => {
  it("have Packer's defaults, but for what is better", () => {
    const login = { ssh_username: "root" };
    expect(
      configOf(isoSchema, { iso_url: "a", iso_checksum: "md5:d41d8cd98f00b204e9800998ecf8427e", ...login }),
    ).toMatchObject({
      ...{ cpus: 1, memory: 512, sound: "none", audio_controller: "ac97", usb: false, usb_controller: "ehci" },
      ...{ chipset: "piix3", firmware: "bios", rtc_time_base: "local" },
      ...{ guest_os_type: "Other", nic_type: "82540EM", mouse: "ps2", keyboard: "ps2", gfx_vram_size: 4 },
      ...{ gfx_accelerate_3d: false, disk_size: 40_000, disk_additional_size: [], hard_drive_interface: "ide" },
      ...{ hard_drive_discard: false, hard_drive_nonrotational: false, sata_port_count: 1, nvme_port_count: 1 },
      ...{ iso_interface: "ide", keep_registered: false, skip_export: false, bundle_iso: false, boot_wait: 10_000 },
      ...{ guest_additions_mode: "upload", virtualbox_version_file: ".vbox_version", headless: false },
      ...{ vrdp_bind_address: "127.0.0.1", vrdp_port_min: 5900, vrdp_port_max: 6000, shutdown_timeout: 300_000 },
      ...{ disable_shutdown: false, acpi_shutdown: false, host_port_min: 2222, host_port_max: 4444 },
      ...{ skip_nat_mapping: false, format: "ovf", export_opts: [], tpm: "none", secure_boot: false },
      // VirtualBox is asked until it has let go of the machine, in place of Packer's two seconds.
      post_shutdown_delay: 0,
    });
  });

  it.each([
    ["ssh_host_port_min", 3000, "host_port_min"],
    ["ssh_host_port_max", 4000, "host_port_max"],
    ["ssh_skip_nat_mapping", true, "skip_nat_mapping"],
    ["ssh_wait_timeout", "10m", "ssh_timeout"],
  ])("know the old name %s", (old, value, name) => {
    expect(issues({ [old]: value })).toMatchObject([{ severity: "warning", path: [old] }]);
    const config = configOf(isoSchema, { ...ISO, ...WITHOUT_SSH, [old]: value }) as Record<string, unknown>;
    expect(config[name]).toBe(value === "10m" ? 600_000 : value);
  });

  const none = { communicator: "none" };
  it.each<[what: string, args: Record<string, unknown>, path: readonly (string | number)[], detail: string]>([
    ["a mistyped argument", { gest_os_type: "x" }, ["gest_os_type"], 'Did you mean "guest_os_type"?'],
    ["a mistyped word", { mouse: "usbtable" }, ["mouse"], 'not "usbtable". Did you mean "usbtablet"?'],
    ["a word in the wrong case", { rtc_time_base: "utc" }, ["rtc_time_base"], 'Did you mean "UTC"?'],
    ["a controller by its other name", { hard_drive_interface: "nvme" }, ["hard_drive_interface"], '"pcie", "virtio"'],
    [
      "an unknown graphics adapter",
      { gfx_controller: "cirrus" },
      ["gfx_controller"],
      '"vboxvga", "vboxsvga", "vmsvga"',
    ],
    ["an unknown network card", { nic_type: "e1000" }, ["nic_type"], '"82540EM"'],
    ["an unknown format", { format: "vmdk" }, ["format"], '"ovf", "ova"'],
    ["no memory", { memory: -1 }, ["memory"], "at least 4, not -1"],
    ["no processor", { cpus: -1 }, ["cpus"], "at least 1, not -1"],
    ["a disk of less than nothing", { disk_size: -1 }, ["disk_size"], "at least 1"],
    ["too much video memory", { gfx_vram_size: 200 }, ["gfx_vram_size"], "at most 128, not 200"],
    ["too many SATA ports", { sata_port_count: 31 }, ["sata_port_count"], "at most 30, not 31"],
    ["too many NVMe ports", { nvme_port_count: 256 }, ["nvme_port_count"], "at most 255, not 256"],
    [
      "a resolution in words",
      { gfx_efi_resolution: "big" },
      ["gfx_efi_resolution"],
      'must look like "1440x900", not "big"',
    ],
    ["secure boot of a BIOS", { secure_boot: true }, ["secure_boot"], 'set firmware = "efi"'],
    ["keys for a BIOS", { machine_owner_keys: ["a.der"] }, ["machine_owner_keys"], 'set firmware = "efi"'],
    [
      "an upload nobody takes",
      { ...none, guest_additions_mode: "upload" },
      ["guest_additions_mode"],
      "cannot be uploaded",
    ],
    [
      "a version file nobody takes",
      { ...none, virtualbox_version_file: "v" },
      ["virtualbox_version_file"],
      "cannot be written",
    ],
    ["a short checksum", { guest_additions_sha256: "12" }, ["guest_additions_sha256"], "64 hexadecimal digits"],
    ["an empty range of displays", { vrdp_port_min: 6000, vrdp_port_max: 5900 }, ["vrdp_port_min"], "(6000) is above"],
    ["an empty range of ports", { host_port_min: 5000, host_port_max: 4000 }, ["host_port_min"], "(5000) is above"],
    ["a row that is no list", { vboxmanage: ["modifyvm"] }, ["vboxmanage"], "a list of lists is required"],
    ["an empty row", { vboxmanage_post: [["a"], []] }, ["vboxmanage_post", 1], "needs the arguments of a call"],
    [
      "keys that are on no keyboard",
      { boot_command: ["a", "é"] },
      ["boot_command", 1],
      "cannot be typed on a US keyboard",
    ],
    [
      "five IDE disks",
      { disk_additional_size: [1, 1, 1, 1], iso_interface: "sata" },
      ["disk_additional_size"],
      "room for 4",
    ],
    [
      "four IDE disks and a disc",
      { disk_additional_size: [1, 1, 1] },
      ["disk_additional_size"],
      'Use hard_drive_interface = "sata"',
    ],
    [
      "three IDE disks and the additions",
      { disk_additional_size: [1, 1], guest_additions_mode: "attach" },
      ["disk_additional_size"],
      "room for 2 disk(s)",
    ],
    [
      "17 SCSI disks",
      { hard_drive_interface: "scsi", disk_additional_size: Array.from({ length: 16 }, () => 1) },
      ["disk_additional_size"],
      "room for 16 disk(s)",
    ],
  ])("may not ask for %s", (_, args, path, detail) => {
    const errors = issues(args).filter(({ severity }) => severity === "error");
    expect(errors.map((issue) => issue.path)).toEqual([path]);
    expect(errors[0]!.detail).toContain(detail);
  });

  it.each<[what: string, args: Record<string, unknown>]>([
    [
      "two IDE disks, the additions on SATA",
      {
        ...{ disk_additional_size: [1, 1], guest_additions_mode: "attach", guest_additions_interface: "sata" },
      },
    ],
    [
      "29 SATA disks around a disc",
      {
        ...{ hard_drive_interface: "sata", iso_interface: "sata" },
        disk_additional_size: Array.from({ length: 28 }, () => 1),
      },
    ],
  ])("may ask for %s", (_, args) => {
    expect(issues(args)).toEqual([]);
  });

  it("are doubted where a BIOS would start from the guest additions", () => {
    const args = { iso_interface: "sata", guest_additions_mode: "attach", guest_additions_interface: "ide" };
    expect(issues(args)).toMatchObject([{ severity: "warning", path: ["guest_additions_interface"] }]);
    expect(issues({ ...args, firmware: "efi" })).toEqual([]);
  });
});

describe("the arguments of the other VirtualBox sources", () => {
  it("need a good checksum of the appliance", () => {
    const found = issuesOf(ovfSchema, { ...WITHOUT_SSH, source_path: "a.ovf", checksum: "sha256:12" });
    expect(found).toMatchObject([{ severity: "error", path: ["checksum"] }]);
  });

  it("need the name of a machine", () => {
    expect(issuesOf(vmSchema, WITHOUT_SSH)).toMatchObject([{ severity: "error", path: ["vm_name"] }]);
    expect(issuesOf(vmSchema, { ...WITHOUT_SSH, vm_name: "" })).toMatchObject([
      { severity: "error", path: ["vm_name"] },
    ]);
  });

  it.each([
    ["virtualbox-ovf", ovfSchema, { source_path: "a.ovf", checksum: "md5:d41d8cd98f00b204e9800998ecf8427e" }],
    ["virtualbox-vm", vmSchema, { vm_name: "m" }],
  ])("do not include the hardware of %s", (_, schema, args) => {
    const found = issuesOf(schema, { ...WITHOUT_SSH, ...args, memory: 512 });
    expect(found).toMatchObject([{ code: "unknown-argument", path: ["memory"] }]);
  });
});
