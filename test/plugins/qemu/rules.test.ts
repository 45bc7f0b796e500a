import { describe, expect, it } from "vitest";
import { qemuConfig, qemuIssues } from "./qemu-config.ts";

describe("the arguments of a qemu source", () => {
  it("have Packer's defaults", () => {
    expect(qemuConfig()).toMatchObject({
      qemu_binary: "qemu-system-x86_64",
      memory: 512,
      disk_interface: "virtio",
      disk_cache: "writeback",
      disk_discard: "ignore",
      disk_detect_zeroes: "off",
      format: "qcow2",
      net_device: "virtio-net",
      vnc_bind_address: "127.0.0.1",
      vnc_port_min: 5900,
      vnc_port_max: 6000,
      host_port_min: 2222,
      host_port_max: 4444,
      boot_wait: 10_000,
      shutdown_timeout: 300_000,
      headless: false,
      disk_image: false,
    });
  });

  it("know their old names", () => {
    const issues = qemuIssues({ ssh_host_port_min: 3000, ssh_wait_timeout: "10m" });
    expect(issues.map((issue) => issue.severity)).toEqual(["warning", "warning"]);
    expect(qemuConfig({ ssh_host_port_min: 3000 }).host_port_min).toBe(3000);
  });

  it.each<[what: string, args: Record<string, unknown>, path: readonly (string | number)[], detail: string]>([
    ["two ways to type", { boot_command: ["a"], boot_steps: [["b"]] }, ["boot_steps"], "Only one of"],
    ["an empty boot step", { boot_steps: [["<enter>"], []] }, ["boot_steps", 1], "This one has 0 elements"],
    ["a boot step nobody can type", { boot_steps: [["é"]] }, ["boot_steps", 0, 0], "é"],
    ["a malformed size", { disk_size: "20 apples" }, ["disk_size"], '"20 apples" is not a size'],
    ["a disk of nothing", { disk_size: "0G" }, ["disk_size"], '"0G" is not a size'],
    ["a malformed further size", { disk_additional_size: ["1G", "x"] }, ["disk_additional_size", 1], '"x" is not'],
    ["an overlay over an ISO", { use_backing_file: true }, ["use_backing_file"], 'needs "disk_image"'],
    [
      "a raw overlay",
      { use_backing_file: true, disk_image: true, format: "raw" },
      ["use_backing_file"],
      "only qcow2 images can have a backing file",
    ],
    ["an ISO that keeps its size", { skip_resize_disk: true }, ["skip_resize_disk"], 'needs "disk_image"'],
    [
      "a floppy without a drive",
      { qemu_binary: "qemu-system-aarch64", efi_boot: true, floppy_content: { "a.txt": "a" } },
      ["floppy_content"],
      "no floppy drive",
    ],
    ["holes nobody makes", { disk_detect_zeroes: "unmap" }, ["disk_detect_zeroes"], "takes effect only"],
    ["a local file without a cache", { iso_skip_cache: true }, ["iso_skip_cache"], "is not an HTTP URL"],
    ["an empty range of screens", { vnc_port_min: 5950, vnc_port_max: 5910 }, ["vnc_port_min"], "is above"],
    ["a password VNC would cut", { vnc_password: "123456789" }, ["vnc_password"], "vnc_password"],
    ["a value where a switch belongs", { qemuargs: [["m", "1G"]] }, ["qemuargs", 0], 'starts with "m"'],
    ["an empty row", { qemuargs_append: [[]] }, ["qemuargs_append", 0], "Each row starts with a switch"],
    ["processors that do not add up", { cpus: 3, sockets: 2, cores: 2 }, ["cpus"], "but cpus is 3"],
    ["an unknown accelerator", { accelerator: "vmx" }, ["accelerator"], 'one of "none", "kvm", "tcg"'],
    ["an unknown argument", { disk_sise: "1G" }, ["disk_sise"], 'Did you mean "disk_size"'],
  ])("may not ask for %s", (_, args, path, detail) => {
    const errors = qemuIssues(args).filter((issue) => issue.severity === "error");
    expect(errors.map((issue) => issue.path)).toContainEqual(path);
    expect(errors.map((issue) => issue.detail).join("\n")).toContain(detail);
  });

  it.each<[what: string, args: Record<string, unknown>, code: string]>([
    // The plugin looks at these only where they mean something (M-09).
    ["flash without firmware", { use_pflash: true }, "no-effect"],
    ["two firmwares", { firmware: "/f", efi_boot: true }, "no-effect"],
    ["a compressed raw image", { disk_compression: true, format: "raw" }, "no-effect"],
    ["a machine with nothing to boot from", { qemu_binary: "qemu-system-aarch64" }, "no-firmware"],
    ["a screen open to the network", { vnc_bind_address: "0.0.0.0" }, "open-vnc"],
    [
      "a checksum nobody can verify",
      { iso_skip_cache: true, iso_url: "http://h/i.iso", iso_checksum: "md5:d41d8cd98f00b204e9800998ecf8427e" },
      "checksum-not-verified",
    ],
  ])("are doubted with %s", (_, args, code) => {
    expect(qemuIssues(args).map((issue) => [issue.severity, issue.code])).toEqual([["warning", code]]);
  });

  it("take what Packer's plugin takes and ignores (M-17)", () => {
    expect(qemuIssues({ run_once: true })).toEqual([]);
  });

  it("may open the screen to the network behind a password", () => {
    expect(qemuIssues({ vnc_bind_address: "0.0.0.0", vnc_use_password: true })).toEqual([]);
  });

  it("may leave one factor of the topology to QEMU", () => {
    expect(qemuIssues({ cpus: 8, sockets: 2, cores: 2 })).toEqual([]);
  });
});
