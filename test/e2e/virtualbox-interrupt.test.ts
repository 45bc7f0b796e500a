import { randomBytes } from "node:crypto";
import { access, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { createWorkplace, type Started, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";
import { createVirtualBoxHome, type VirtualBoxHome } from "../helper/virtualbox.ts";
import { tinyMachine } from "../helper/virtualbox-template.ts";

const withVirtualBox = needs("VBoxManage", "virtualbox");

/** Without the kernel module a guest has some ten million instructions a second: its boot takes minutes. */
const HOUR = 3_600_000;

/** The system runs from the disc. */
const provisioned = `
source "virtualbox-iso" "tiny" {
  iso_url          = "tiny.iso"
  iso_checksum     = "none"
  guest_os_type    = "Debian12_64"
  memory           = 256
  disk_size        = 16
  nic_type         = "virtio"
  boot_wait        = "3s"
  boot_command     = ["live<enter>"]
  output_directory = "out"
  ${tinyMachine}
}
build {
  sources = ["source.virtualbox-iso.tiny"]
  provisioner "shell" {
    inline = ["echo provisioning has begun", "sleep 3600"]
  }
}
`;

/** Nothing has to boot: what matters is a disk that takes long to export. */
const exported = `
source "virtualbox-ovf" "full" {
  source_path          = "full.ova"
  checksum             = "none"
  headless             = true
  guest_additions_mode = "disable"
  communicator         = "none"
  virtualbox_version_file = ""
  shutdown_timeout     = "1s"
  output_directory     = "out"
}
build {
  sources = ["source.virtualbox-ovf.full"]
}
`;

/** A machine whose disk does not compress, as an archive. */
async function fullMachine(home: VirtualBoxHome, directory: string): Promise<void> {
  const [raw, disk] = ["full.raw", "full.vdi"].map((name) => join(directory, name)) as [string, string];
  await writeFile(raw, randomBytes(256 * 1024 * 1024));
  await home.manage("convertfromraw", raw, disk);
  await home.manage("createvm", "--name", "original", "--ostype", "Debian12_64", "--register");
  await home.manage("modifyvm", "original", "--memory", "64", "--nic1", "nat");
  await home.manage("storagectl", "original", "--name", "IDE", "--add", "ide");
  const place = ["--storagectl", "IDE", "--port", "0", "--device", "0", "--type", "hdd"];
  await home.manage("storageattach", "original", ...place, "--medium", disk);
  await home.manage("export", "original", "--output", join(directory, "full.ova"));
  await home.manage("unregistervm", "original", "--delete");
}

/** Starts the build and stops it by each signal at what `reached` waits for; looks what is left. */
async function stopAt(
  home: VirtualBoxHome,
  workplace: Workplace,
  reached: (build: Started) => Promise<unknown>,
): Promise<void> {
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    const build = workplace.start("build", "t.pkr.hcl");
    await reached(build);
    expect(await home.remains()).not.toEqual([]);
    build.child.kill(signal);
    const { code } = await build.finished;
    const cleanup = signal === "SIGKILL" ? await workplace.run("cleanup") : undefined;
    const what = `${signal}:\n${build.output()}${cleanup?.stdout ?? ""}${cleanup?.stderr ?? ""}`;
    expect(signal === "SIGINT" ? code : cleanup?.code, what).toBe(signal === "SIGINT" ? 130 : 0);
    expect(await home.remains(), what).toEqual([]);
    expect(await home.busyProcesses(), what).toEqual([]);
    expect(await readdir(home.machineFolder), what).toEqual([]);
    expect(await readdir(workplace.directory), what).not.toContain("out");
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe("a real VirtualBox machine is gone after an interrupt, and after SIGKILL and cleanup,", () => {
  withVirtualBox(
    "in the middle of its export",
    async () => {
      const home = await createVirtualBoxHome();
      const workplace = await createWorkplace(home.env);
      await fullMachine(home, workplace.directory);
      await writeFile(join(workplace.directory, "t.pkr.hcl"), exported);
      const disk = join(workplace.directory, "out/packer-full-disk001.vmdk");
      await stopAt(home, workplace, async (build) => {
        await build.until("Exporting the machine");
        const written = async () => ((await isThere(disk)) ? (await stat(disk)).size : 0);
        await expect.poll(written, { timeout: 120_000, interval: 50 }).toBeGreaterThan(8 * 1024 * 1024);
      });
    },
    600_000,
  );

  withVirtualBox(
    "in the middle of provisioning",
    async () => {
      const home = await createVirtualBoxHome();
      const workplace = await createWorkplace(home.env);
      await tinyGuest(workplace.directory);
      await writeFile(join(workplace.directory, "t.pkr.hcl"), provisioned);
      await stopAt(home, workplace, (build) => build.until("provisioning has begun"));
    },
    HOUR,
  );
});
