import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";
import { createVirtualBoxHome } from "../helper/virtualbox.ts";
import { tinyMachine } from "../helper/virtualbox-template.ts";

const withVirtualBox = needs("VBoxManage", "virtualbox");

/** Without the kernel module a guest has some ten million instructions a second: its one boot takes minutes. */
const HOUR = 3_600_000;

/** The system runs from the disc; the disk has what the provisioners write. */
const template = (third: string) => `
source "virtualbox-iso" "tiny" {
  iso_url          = "tiny.iso"
  iso_checksum     = "none"
  guest_os_type    = "Debian12_64"
  memory           = 256
  disk_size        = 16
  nic_type         = "virtio"
  boot_wait        = "1s"
  output_directory = "out"
  ${tinyMachine}
}
build {
  sources = ["source.virtualbox-iso.tiny"]
  provisioner "shell" {
    inline = ["echo in-memory > /tmp/kept", "${written("first", 10)}"]
  }
  provisioner "shell" {
    inline = [${third}]
  }
}
`;

const written = (text: string, block: number): string =>
  `echo vagrant | sudo -S sh -c 'printf ${text} | dd of=/dev/sda bs=512 seek=${block} conv=fsync 2>/dev/null'`;

/** What is at a block of the exported disk. */
async function blockOf({ directory }: Workplace, block: number): Promise<string> {
  const raw = join(directory, "disk.raw");
  await promisify(execFile)("qemu-img", ["convert", "-O", "raw", join(directory, "out/packer-tiny-disk001.vmdk"), raw]);
  const { stdout } = await promisify(execFile)("dd", [`if=${raw}`, "bs=512", `skip=${block}`, "count=1"]);
  return stdout.replaceAll("\0", "");
}

withVirtualBox(
  "a machine of the real VirtualBox goes on after the provisioner before the one that failed, after SIGKILL too, and is exported whole",
  async () => {
    const home = await createVirtualBoxHome();
    // Images that are still known would be noticed: the server forgets nothing between the builds.
    home.keepServer();
    const workplace = await createWorkplace(home.env);
    await tinyGuest(workplace.directory, "--timeout", "20");
    const write = (third: string) => writeFile(join(workplace.directory, "t.pkr.hcl"), template(third));
    const build = ["build", "-checkpoints", "t.pkr.hcl"] as const;

    await write('"exit 3"');
    const failed = await workplace.run(...build);
    expect(failed.code, failed.stdout).toBe(1);
    expect(await home.remains()).toEqual([]);

    await write('"echo going on", "sleep 3600"');
    const killed = workplace.start(...build);
    await killed.until("going on");
    expect(killed.output()).toContain("Restored after provisioner 1 of 2 (shell)");
    killed.child.kill("SIGKILL");
    await killed.finished;
    expect((await workplace.run("cleanup")).code).toBe(0);
    expect(await home.remains()).toEqual([]);
    expect(await readdir(home.machineFolder)).toEqual([]);

    await write(`"cat /tmp/kept", "${written("second", 20)}"`);
    const { code, stdout, stderr } = await workplace.run(...build);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("Restored after provisioner 1 of 2 (shell)");
    expect(stdout).toContain("in-memory\n");
    expect(await blockOf(workplace, 10)).toBe("first");
    expect(await blockOf(workplace, 20)).toBe("second");
    expect(await home.remains()).toEqual([]);
    expect(await home.busyProcesses()).not.toContainEqual(expect.stringContaining("VBoxHeadless"));
    const listed = (await workplace.run("checkpoints")).stdout;
    expect(listed).toMatch(/before provisioners.*\n.*1: shell.*\n.*2: shell/);
  },
  HOUR,
);
