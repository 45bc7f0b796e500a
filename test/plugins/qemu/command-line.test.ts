import { describe, expect, it } from "vitest";
import { commandLine, type QemuMachineFacts, type UserArguments } from "../../../src/plugins/qemu/command-line.ts";
import { qemuConfig } from "./qemu-config.ts";

const facts: QemuMachineFacts = {
  name: "packer-debian",
  accelerator: "kvm",
  disks: [{ path: "/out/packer-debian", format: "qcow2" }],
  cdroms: ["/images/debian.iso"],
  forward: { hostPort: 3210, guestPort: 22 },
  vnc: { host: "127.0.0.1", port: 5942, password: false },
  display: "gtk",
  controlSockets: [],
};
const nothing: UserArguments = { replacing: [], appended: [] };

function line(
  args: Readonly<Record<string, unknown>> = {},
  changed: Partial<QemuMachineFacts> = {},
  user: Partial<UserArguments> = {},
): string {
  return commandLine(qemuConfig(args), { ...facts, ...changed }, { ...nothing, ...user }).join(" ");
}

const defaults = [
  "-name packer-debian -machine type=pc,accel=kvm -m 512M -smp 1 -boot once=d",
  "-netdev user,id=user.0,hostfwd=tcp:127.0.0.1:3210-:22 -device virtio-net,netdev=user.0",
  "-drive file=/out/packer-debian,if=virtio,cache=writeback,discard=ignore,format=qcow2",
  "-drive file=/images/debian.iso,media=cdrom -vnc 127.0.0.1:42 -display gtk",
].join(" ");

describe("commandLine", () => {
  it("gives Packer's defaults, always in the same order, with a port only this host reaches", () => {
    expect(line()).toBe(defaults);
  });

  it.each<[what: string, args: Record<string, unknown>, part: string]>([
    ["memory", { memory: 2048 }, "-m 2048M"],
    ["processors", { cpus: 4 }, "-smp 4"],
    ["a topology", { cpus: 4, sockets: 1, cores: 2, threads: 2 }, "-smp cpus=4,sockets=1,cores=2,threads=2"],
    ["the product of a topology", { sockets: 2, cores: 3 }, "-smp cpus=6,sockets=2,cores=3"],
    ["a processor model", { cpu_model: "host" }, "-smp 1 -cpu host -boot"],
    ["a machine type", { machine_type: "q35" }, "-machine type=q35,accel=kvm"],
    ["a disk image", { disk_image: true }, "-boot c"],
    ["firmware", { firmware: "/fw/bios.bin" }, "-bios /fw/bios.bin"],
    [
      "firmware as flash",
      { firmware: "/fw/efi.fd", use_pflash: true },
      "-drive file=/fw/efi.fd,if=pflash,unit=0,format=raw,readonly=on",
    ],
    ["a bridge", { net_bridge: "br0" }, "-netdev bridge,id=user.0,br=br0 -device virtio-net,netdev=user.0"],
    ["a network device", { net_device: "e1000" }, "-device e1000,netdev=user.0"],
    ["drive options", { disk_cache: "none", disk_discard: "unmap" }, "cache=none,discard=unmap,format=qcow2"],
    ["zero detection", { disk_detect_zeroes: "on" }, "format=qcow2,detect-zeroes=on"],
    ["IDE disks", { disk_interface: "ide" }, "file=/out/packer-debian,if=ide,"],
    ["a graphics adapter", { vga: "virtio" }, "-vga virtio"],
    [
      "virtio-scsi disks",
      { disk_interface: "virtio-scsi" },
      "-device virtio-scsi-pci,id=scsi0 -drive if=none,file=/out/packer-debian,id=drive0,cache=writeback,discard=ignore,format=qcow2 -device scsi-hd,bus=scsi0.0,drive=drive0",
    ],
    [
      "SATA disks",
      { disk_interface: "sata" },
      "-device ahci,id=ahci0 -drive if=none,file=/out/packer-debian,id=drive0,cache=writeback,discard=ignore,format=qcow2 -device ide-hd,bus=ahci0.0,drive=drive0",
    ],
    [
      "a disc on another controller than the disks",
      { disk_interface: "sata", cdrom_interface: "virtio-scsi" },
      "-drive file=/images/debian.iso,if=none,id=cdrom1,media=cdrom -device scsi-cd,bus=scsi0.0,drive=cdrom1",
    ],
    ["a disc interface", { cdrom_interface: "ide" }, "-drive file=/images/debian.iso,if=ide,media=cdrom"],
  ])("passes on %s", (_, args, part) => {
    expect(line(args)).toContain(part);
  });

  it.each<[what: string, changed: Partial<QemuMachineFacts>, part: string]>([
    ["lets QEMU choose the accelerator", { accelerator: "none" }, "-machine type=pc -m"],
    ["attaches a floppy disk", { floppy: "/tmp/floppy.img" }, "-fda /tmp/floppy.img"],
    ["protects the screen", { vnc: { host: "::", port: 5900, password: true } }, "-vnc [::]:0,password=on"],
    [
      "gives the machine a TPM",
      { tpmSocket: "/run/tpm" },
      "-chardev socket,id=vtpm,path=/run/tpm -tpmdev emulator,id=tpm0,chardev=vtpm -device tpm-tis,tpmdev=tpm0",
    ],
    ["opens the user's QMP socket", { qmpSocket: "/out/vm.monitor" }, "-qmp unix:/out/vm.monitor,server=on,wait=off"],
    [
      "opens its own control sockets last",
      { controlSockets: ["/run/a"] },
      "-display gtk -chardev socket,id=imgbuild0,path=/run/a,server=on,wait=off -mon chardev=imgbuild0,mode=control",
    ],
    [
      "doubles commas in paths",
      { disks: [{ path: "/o,ut/disk", format: "raw" }] },
      "file=/o,,ut/disk,if=virtio,cache=writeback,discard=ignore,format=raw",
    ],
  ])("%s", (_, changed, part) => {
    expect(line({}, changed)).toContain(part);
  });

  it("boots UEFI from two flash units and leaves the boot order to it", () => {
    const result = line({}, { efi: { code: "/fw/CODE.fd", vars: "/out/efivars.fd", secure: false } });
    expect(result).not.toContain("-boot");
    expect(result).toContain(
      "-drive file=/fw/CODE.fd,if=pflash,unit=0,format=raw,readonly=on -drive file=/out/efivars.fd,if=pflash,unit=1,format=raw",
    );
  });

  it("guards the variables of Secure Boot firmware", () => {
    const result = line({ machine_type: "q35" }, { efi: { code: "/c", vars: "/v", secure: true } });
    expect(result).toContain("-machine type=q35,accel=kvm,smm=on");
    expect(result).toContain("-global driver=cfi.pflash01,property=secure,value=on");
  });
});

describe("qemuargs", () => {
  it("replace every default of the same switch, and no other", () => {
    const replacing = [
      ["-m", "1024M"],
      ["-drive", "file=a.img"],
      ["-drive", "file=b.img"],
    ];
    expect(line({}, {}, { replacing })).toBe(
      "-name packer-debian -machine type=pc,accel=kvm -smp 1 -boot once=d " +
        "-netdev user,id=user.0,hostfwd=tcp:127.0.0.1:3210-:22 -device virtio-net,netdev=user.0 " +
        "-vnc 127.0.0.1:42 -display gtk -m 1024M -drive file=a.img -drive file=b.img",
    );
  });

  it("join the values of a row", () => {
    const replacing = [["-netdev", "user,", "id=user.0"]];
    expect(line({}, {}, { replacing })).toContain("-netdev user,id=user.0");
  });

  it("may be a switch without a value", () => {
    expect(line({}, {}, { replacing: [["-no-acpi", ""], ["-snapshot"]] })).toMatch(/ -no-acpi -snapshot$/);
  });

  it("keep the network device when other devices are named", () => {
    expect(line({}, {}, { replacing: [["-device", "usb-ehci"]] })).toMatch(
      / -device usb-ehci -device virtio-net,netdev=user\.0$/,
    );
  });

  it("bring their own network device", () => {
    expect(line({}, {}, { replacing: [["-device", "e1000,netdev=user.0"]] })).not.toContain("virtio-net");
  });

  it("cannot take imgbuild's control sockets away", () => {
    const replacing = [
      ["-chardev", "null,id=x"],
      ["-mon", "x"],
    ];
    expect(line({}, { controlSockets: ["/run/a"] }, { replacing })).toMatch(/-mon chardev=imgbuild0,mode=control$/);
  });
});

describe("qemuargs_append", () => {
  it("adds and replaces nothing", () => {
    const appended = [["-drive", "file=extra.img"]];
    expect(line({}, {}, { appended })).toBe(`${defaults} -drive file=extra.img`);
  });
});
