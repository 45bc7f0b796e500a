import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect } from "vitest";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";
import { vagrantIn } from "../helper/vagrant.ts";
import { createVirtualBoxHome, type VirtualBoxHome } from "../helper/virtualbox.ts";
import { provisionScripts, tinyMachine } from "../helper/virtualbox-template.ts";

const withVirtualBox = needs("VBoxManage", "virtualbox");

/** Without the kernel module a guest has some ten million instructions a second: every boot takes minutes. */
const HOUR = 3_600_000;

/** Where a machine has no VT-x, SSH answers after minutes. The graphics adapter and the network card are those the guest knows. */
const install = (iso: string) => `
source "virtualbox-iso" "tiny" {
  vm_name       = "tiny"
  iso_url       = "${iso}"
  iso_checksum  = "none"
  guest_os_type = "Debian12_64"
  memory        = 256
  disk_size     = 128
  nic_type      = "virtio"
  http_content  = { "/answer.cfg" = "hostname=from-answer-file\\n" }
  boot_wait     = "3s"
  boot_command  = ["install answer=http://{{ .HTTPIP }}:{{ .HTTPPort }}/answer.cfg<enter>"]
  ${tinyMachine}
}
build {
  sources = ["source.virtualbox-iso.tiny"]
  ${provisionScripts}
  post-processor "vagrant" {
    output               = "tiny.box"
    vagrantfile_template = "${resolve("templates/quickstart.Vagrantfile")}"
    keep_input_artifact  = true
  }
}`;

const importAgain = `
source "virtualbox-ovf" "again" {
  vm_name         = "again"
  source_path     = "output-tiny/tiny.ovf"
  checksum        = "none"
  keep_registered = true
  format          = "ova"
  ${tinyMachine}
}
build {
  sources = ["source.virtualbox-ovf.again"]
  provisioner "shell" {
    inline = ["hostname; cat /etc/imgbuild-release .vbox_version", "echo second > second"]
  }
}`;

const workWithSnapshots = `
source "virtualbox-vm" "kept" {
  vm_name         = "again"
  attach_snapshot = "imported"
  target_snapshot = "provisioned"
  skip_export     = true
  ${tinyMachine}
}
build {
  sources = ["source.virtualbox-vm.kept"]
  provisioner "shell" {
    inline = ["cat second", "touch third; sync"]
  }
}`;

async function build(workplace: Workplace, template: string): Promise<string> {
  await writeFile(join(workplace.directory, "t.pkr.hcl"), template);
  const { code, stdout, stderr } = await workplace.run("build", "t.pkr.hcl");
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

/** Debian's Vagrant (2.3.4) knows versions up to 7.0, and refuses others, by what this answers; all else is the real one's. */
const OLDER_VERSION = `#!/bin/sh
[ "$*" = --version ] && exec echo 7.0.20r163906
PATH="\${PATH#*:}" exec VBoxManage "$@"
`;

/** The machine of the box, brought up by Vagrant: its user and what the guest was provisioned with. */
async function bringUp(workplace: Workplace, home: VirtualBoxHome, box: string): Promise<string> {
  const bin = join(workplace.directory, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "VBoxManage"), OLDER_VERSION, { mode: 0o755 });
  await writeFile(
    join(workplace.directory, "Vagrantfile"),
    'Vagrant.configure("2") do |config|\n  config.vm.box = "test/box"\n  config.vm.boot_timeout = 1800\nend\n',
  );
  const vagrant = vagrantIn(workplace.directory, { ...home.env, PATH: `${bin}:${process.env["PATH"]}` });
  await vagrant("box", "add", "--no-tty", "--name", "test/box", box);
  expect(await vagrant("box", "list")).toMatch(/test\/box\s+\(virtualbox, 0\b/);
  expect(await vagrant("up", "--no-tty", "--provider=virtualbox")).toContain("Machine booted and ready!");
  const shown = await vagrant("ssh", "--no-tty", "-c", "id -un; hostname; cat /etc/imgbuild-release; sudo id -un");
  await vagrant("destroy", "--no-tty", "-f");
  return shown;
}

/** Our rule and our mark. (VirtualBox itself exports where it put its display's certificate, whoever turned the display on.) */
const BUILD_TRACES = /packercomm|imgbuild [0-9a-f-]{36}/;

const snapshotNames = async (home: VirtualBoxHome, vm: string) =>
  [...(await home.manage("snapshot", vm, "list", "--machinereadable")).matchAll(/^SnapshotName.*="(.*)"$/gm)].map(
    ([, name]) => name,
  );

describe("a guest on a real VirtualBox", () => {
  withVirtualBox(
    "is installed, provisioned and exported; Vagrant brings its box up; the export is imported, changed, and worked with again",
    async () => {
      const home = await createVirtualBoxHome();
      const workplace = await createWorkplace(home.env);
      const output = (name: string) => join(workplace.directory, name);

      await build(workplace, install(await tinyGuest(workplace.directory)));
      expect((await readdir(output("output-tiny"))).sort()).toEqual(["tiny-disk001.vmdk", "tiny.ovf"]);
      expect(await readFile(output("output-tiny/tiny.ovf"), "utf8")).not.toMatch(BUILD_TRACES);
      expect(await home.remains()).toEqual([]);
      const shown = await bringUp(workplace, home, output("tiny.box"));
      expect(shown).toBe("vagrant\nfrom-answer-file\nBuilt by imgbuild\nroot\n");
      expect(await home.remains()).toEqual([]);

      const imported = await build(workplace, importAgain);
      expect(imported).toMatch(/from-answer-file\n.*Built by imgbuild\n/);
      expect(imported).toContain((await home.manage("--version")).split(/[_r]/)[0]);
      expect(await readdir(output("output-again"))).toEqual(["again.ova"]);
      expect(await home.manage("list", "vms")).toContain('"again"');

      await home.manage("snapshot", "again", "take", "imported");
      expect(await build(workplace, workWithSnapshots)).toContain("second\n");
      expect(await snapshotNames(home, "again")).toEqual(["imported", "provisioned"]);
    },
    HOUR,
  );
});
