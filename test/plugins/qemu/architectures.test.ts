import { describe, expect, it } from "vitest";
import { commandLine } from "../../../src/plugins/qemu/command-line.ts";
import { createQmpKeyboard } from "../../../src/plugins/qemu/qmp-keyboard.ts";
import { qemuConfig, qemuIssues } from "./qemu-config.ts";

function line(args: Readonly<Record<string, unknown>>, qemuargs: readonly (readonly string[])[] = []): string {
  const config = qemuConfig({ ...args, ...(qemuargs.length > 0 && { qemuargs }) });
  const facts = {
    name: "vm",
    accelerator: "tcg" as const,
    disks: [{ path: "/out/vm", format: "qcow2" as const }],
    cdroms: ["/images/guest.iso"],
    display: "none",
    tpmSocket: "/run/tpm",
    controlSockets: [],
  };
  return commandLine(config, facts, { replacing: qemuargs, appended: appendedOf(args) }).join(" ");
}

function appendedOf({ qemuargs_append: rows = [] }: { readonly qemuargs_append?: unknown }): string[][] {
  return rows as string[][];
}

interface Expected {
  readonly machine: string | undefined;
  readonly cpu: string | undefined;
  readonly boot: boolean;
  readonly disc: string;
  readonly keyboardAdded: boolean;
  readonly tpm: string;
}

const PC: Expected = {
  machine: "pc",
  cpu: undefined,
  boot: true,
  disc: "media=cdrom",
  keyboardAdded: false,
  tpm: "tpm-tis,",
};
const VIRT: Expected = {
  machine: "virt",
  cpu: undefined,
  boot: false,
  disc: "scsi-cd",
  keyboardAdded: true,
  tpm: "tpm-tis-device,",
};

/** Everything that is chosen by default, on every kind of machine (M-11). */
const machines: readonly (readonly [binary: string, args: Readonly<Record<string, unknown>>, expected: Expected])[] = [
  ["qemu-system-x86_64", {}, PC],
  ["/opt/qemu/bin/qemu-system-x86_64", {}, PC],
  ["qemu-system-i386", {}, PC],
  ["/usr/libexec/qemu-kvm", {}, PC],
  ["qemu-system-x86_64", { machine_type: "q35" }, { ...PC, machine: "q35" }],
  ["qemu-system-x86_64", { machine_type: "microvm" }, { ...PC, machine: "microvm", boot: false }],
  ["qemu-system-aarch64", {}, { ...VIRT, cpu: "max" }],
  ["qemu-system-aarch64", { cpu_model: "cortex-a57" }, { ...VIRT, cpu: "cortex-a57" }],
  ["qemu-system-aarch64", { machine_type: "virt,gic-version=3" }, { ...VIRT, machine: "virt,gic-version=3" }],
  ["qemu-system-aarch64", { machine_type: "raspi3b" }, { ...VIRT, machine: "raspi3b", keyboardAdded: false }],
  ["qemu-system-aarch64", { disk_image: true }, { ...VIRT, cpu: "max" }],
  ["qemu-system-arm", {}, { ...VIRT, cpu: "max" }],
  ["qemu-system-riscv64", {}, VIRT],
  ["qemu-system-loongarch64", {}, VIRT],
  ["qemu-system-ppc64", {}, { ...PC, machine: undefined, disc: "scsi-cd", tpm: "tpm-spapr," }],
  ["qemu-system-s390x", {}, { ...VIRT, machine: undefined, keyboardAdded: false }],
  ["qemu-system-mips64el", {}, { ...PC, machine: undefined, boot: false }],
];

describe("defaults for each architecture (M-11)", () => {
  it.each(machines)("%s %o", (qemu_binary, args, expected) => {
    const text = line({ qemu_binary, ...args });
    expect(/ type=(.*),accel=tcg/.exec(text)?.[1]).toBe(expected.machine);
    expect(text).toContain("accel=tcg");
    expect(/-cpu (\S+)/.exec(text)?.[1]).toBe(expected.cpu);
    expect(text.includes("-boot")).toBe(expected.boot);
    expect(text).toContain(expected.disc);
    expect(text.includes("usb-kbd")).toBe(expected.keyboardAdded);
    expect(text.includes("virtio-gpu-pci")).toBe(expected.keyboardAdded);
    expect(text).toContain(`-device ${expected.tpm}tpmdev=tpm0`);
  });

  it("add no second keyboard, controller or screen to those of the template", () => {
    const qemu_binary = "qemu-system-aarch64";
    const all = [
      ["-device", "qemu-xhci"],
      ["-device", "usb-kbd"],
      ["-device", "ramfb"],
    ];
    const own = line({ qemu_binary, qemuargs_append: all });
    for (const device of ["qemu-xhci", "usb-kbd"]) expect(own.split(device)).toHaveLength(2);
    expect(own).not.toContain("virtio-gpu");
    expect(line({ qemu_binary, vga: "virtio" })).not.toContain("virtio-gpu-pci");
  });

  it("leave a disc that needs no controller where the template replaces all devices", () => {
    const text = line({ qemu_binary: "qemu-system-aarch64" }, [["-device", "usb-kbd"]]);
    expect(text).toContain("file=/images/guest.iso,media=cdrom");
    expect(text).not.toContain("virtio-scsi");
  });

  it.each([
    { efi_boot: true },
    { firmware: "/fw/QEMU_EFI.fd" },
    { qemuargs: [["-bios", "QEMU_EFI.fd"]] },
    { qemuargs: [["-kernel", "Image"]] },
    { qemuargs_append: [["-drive", "if=pflash,file=x,format=raw"]] },
  ])("know what boots: %o", (args) => {
    const issues = qemuIssues({ qemu_binary: "qemu-system-aarch64", ...args });
    expect(issues.map(({ code }) => code)).not.toContain("no-firmware");
  });
});

describe("a machine without a keyboard", () => {
  it("is said to have none, with what to add", async () => {
    const qmp = { execute: () => Promise.reject(new Error("Input handler not found for event type key")) };
    const keyboard = createQmpKeyboard(qmp, { hasPcKeyboard: false });
    const typing = keyboard.type([[]], new AbortController().signal);
    await expect(typing).rejects.toMatchObject({
      message: "The machine has no keyboard to type at",
      hint: expect.stringContaining("usb-kbd") as string,
    });
  });
});
