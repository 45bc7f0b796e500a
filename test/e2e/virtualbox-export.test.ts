import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { createVirtualBoxHome } from "../helper/virtualbox.ts";

const withVirtualBox = needs("VBoxManage", "virtualbox");

/** No guest has to boot. */
const template = `
source "virtualbox-iso" "blank" {
  vm_name              = "blank"
  iso_url              = "blank.iso"
  iso_checksum         = "none"
  guest_os_type        = "Debian12_64"
  memory               = 64
  disk_size            = 16
  headless             = true
  guest_additions_mode = "disable"
  communicator         = "none"
  virtualbox_version_file = ""
  boot_wait            = "0s"
  shutdown_timeout     = "1s"
  bundle_iso           = true
  vboxmanage_post      = [["modifyvm", "{{ .Name }}", "--memory", "96"]]
  export_opts          = ["--manifest", "--options", "iso", "--vsys", "0", "--description", "exported by a test", "--version", "1.2.3"]
  format               = "ova"
  output_directory     = "out"
}
build {
  sources = ["source.virtualbox-iso.blank"]
}
`;

withVirtualBox(
  "an archive holds the disc of the installer, a manifest, and what vboxmanage_post and export_opts say",
  async () => {
    const home = await createVirtualBoxHome();
    const { directory, run } = await createWorkplace(home.env);
    await writeFile(join(directory, "blank.iso"), Buffer.alloc(64 * 1024));
    await writeFile(join(directory, "t.pkr.hcl"), template);
    const { code, stdout, stderr } = await run("build", "t.pkr.hcl");
    expect(code, stdout + stderr).toBe(0);
    expect(await home.remains()).toEqual([]);

    const tar = async (...args: string[]) =>
      (await promisify(execFile)("tar", [...args, "-f", join(directory, "out/blank.ova")])).stdout;
    const names = (await tar("-t")).trim().split("\n").sort();
    expect(names).toEqual(["blank-disk001.vmdk", "blank-disk002.iso", "blank.mf", "blank.ovf"]);
    const description = await tar("-x", "-O", "blank.ovf");
    expect(description).toContain("<Annotation>exported by a test</Annotation>");
    expect(description).toContain("<Version>1.2.3</Version>");
    expect(description).toContain("96 MB of memory");
  },
  120_000,
);
