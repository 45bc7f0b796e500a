import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";
import { createVirtualBoxHome, type VirtualBoxHome } from "../helper/virtualbox.ts";
import { provisionScript, tinyMachine } from "../helper/virtualbox-template.ts";

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
  ${provisionScript}
  post-processor "vagrant" {
    output              = "tiny.box"
    keep_input_artifact = true
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

async function vagrantAdds(workplace: Workplace, box: string, name = "test/box"): Promise<string> {
  const env = { ...process.env, VAGRANT_HOME: join(workplace.directory, "vagrant"), VAGRANT_CHECKPOINT_DISABLE: "1" };
  const vagrant = (...args: string[]) => promisify(execFile)("vagrant", args, { env, cwd: workplace.directory });
  await vagrant("box", "add", ...(box.includes("://") ? [] : ["--name", name]), box);
  return (await vagrant("box", "list")).stdout;
}

/** Our rule and our mark. (VirtualBox itself exports where it put its display's certificate, whoever turned the display on.) */
const BUILD_TRACES = /packercomm|imgbuild [0-9a-f-]{36}/;

const snapshotNames = async (home: VirtualBoxHome, vm: string) =>
  [...(await home.manage("snapshot", vm, "list", "--machinereadable")).matchAll(/^SnapshotName.*="(.*)"$/gm)].map(
    ([, name]) => name,
  );

describe("a guest on a real VirtualBox", () => {
  withVirtualBox(
    "is installed, provisioned and exported; the export is imported, changed, and worked with again",
    async () => {
      const home = await createVirtualBoxHome();
      const workplace = await createWorkplace(home.env);
      const output = (name: string) => join(workplace.directory, name);

      await build(workplace, install(await tinyGuest(workplace.directory)));
      expect((await readdir(output("output-tiny"))).sort()).toEqual(["tiny-disk001.vmdk", "tiny.ovf"]);
      expect(await readFile(output("output-tiny/tiny.ovf"), "utf8")).not.toMatch(BUILD_TRACES);
      expect(await home.remains()).toEqual([]);
      expect(await vagrantAdds(workplace, output("tiny.box"))).toMatch(/test\/box\s+\(virtualbox, 0\b/);

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
