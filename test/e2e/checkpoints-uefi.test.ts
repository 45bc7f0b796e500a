import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";

const withTpm = needs("swtpm", "swtpm");

/** The disc boots with a BIOS only, so UEFI gets its kernel from QEMU. */
const template = (kernelArguments: string): string => `
source "qemu" "uefi" {
  iso_url              = "tiny.iso"
  iso_checksum         = "none"
  accelerator          = "tcg"
  machine_type         = "q35"
  efi_boot             = true
  vtpm                 = true
  memory               = 256
  disk_size            = "16M"
  disk_additional_size = ["8M"]
  cdrom_interface      = "virtio-scsi"
  net_device           = "virtio-net-pci,romfile="
  headless             = true
  ssh_username         = "vagrant"
  ssh_password         = "vagrant"
  shutdown_command     = "echo vagrant | sudo -S poweroff"
  output_directory     = "out"
  qemuargs = [
    ["-kernel", "vmlinuz"],
    ["-initrd", "initrd.img"],
    ["-append", "mode=live ${kernelArguments}"],
  ]
}

build {
  sources = ["source.qemu.uefi"]

  provisioner "shell" {
    inline = ["cat /sys/class/tpm/tpm0/pcr-sha256/0 > /tmp/measured; echo on both | tee /tmp/a"]
  }
  provisioner "shell" {
    script = "last.sh"
  }
}
`;

/** What the TPM has measured, asked anew, is what it was before. */
const last = (word: string): string => `#!/bin/sh -e
ls /sys/firmware/efi >/dev/null
test "$(cat /sys/class/tpm/tpm0/pcr-sha256/0)" = "$(cat /tmp/measured)" && echo "measured the same: ${word}"
echo vagrant | sudo -S sh -c 'echo ${word} > /dev/vda; echo second ${word} > /dev/vdb'
`;

withTpm("a machine with UEFI, a TPM and two disks is saved and brought back", async () => {
  const { directory, run } = await createWorkplace();
  const iso = await tinyGuest(directory);
  for (const name of ["vmlinuz", "initrd.img"]) {
    execFileSync("xorriso", ["-osirrox", "on", "-indev", iso, "-extract", `/boot/${name}`, join(directory, name)], {
      stdio: "ignore",
    });
  }
  const lines = readFileSync("test/guest/tiny/kernel-arguments", "utf8").split("\n");
  const kernelArguments = lines
    .filter((line) => !line.startsWith("#"))
    .join(" ")
    .trim();
  writeFileSync(join(directory, "t.pkr.hcl"), template(kernelArguments));
  writeFileSync(join(directory, "last.sh"), last("one"));
  const first = await run("build", "-checkpoints", "t.pkr.hcl");
  expect(first.code, first.stdout).toBe(0);
  expect(first.stdout).toContain("measured the same: one");

  writeFileSync(join(directory, "last.sh"), last("two"));
  const second = await run("build", "-force", "-checkpoints", "t.pkr.hcl");
  expect(second.code, second.stdout).toBe(0);
  expect(second.stdout).toMatch(/Restored after provisioner 1 of 2/);
  expect(second.stdout).toContain("measured the same: two");
  const images = readdirSync(join(directory, "out")).toSorted();
  expect(images).toEqual(["efivars.fd", "packer-uefi", "packer-uefi-1"]);
  expect(beginningOf(join(directory, "out/packer-uefi"))).toBe("two\n");
  expect(beginningOf(join(directory, "out/packer-uefi-1"))).toBe("second two\n");
});

/** The text at the beginning of a disk. */
function beginningOf(image: string): string {
  execFileSync("qemu-img", ["convert", "-O", "raw", image, `${image}.raw`]);
  return readFileSync(`${image}.raw`).subarray(0, 100).toString().replaceAll("\0", "");
}
