import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { request } from "undici";
import { expect } from "vitest";
import { bootImage } from "../helper/booted-image.ts";
import { debianMachine, debianUserData } from "../helper/debian-machine.ts";
import { hostApt } from "../helper/host-apt.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";

const withDebian = needs("mmdebstrap", "mmdebstrap");

const userData = (files: unknown): string =>
  debianUserData({ apt: { preserve_sources_list: true }, write_files: files });

/** The provisioner of the seed's nginx example, its commas corrected; the rest is what QEMU needs in place of EC2. */
const template = (image: string): string => `
source "qemu" "debian" {${debianMachine(image, "nginx")}  shutdown_command = "sudo systemctl poweroff"
}

build {
  name    = "nginx-ubuntu-custom-image"
  sources = ["source.qemu.debian"]

  provisioner "wait-for" {
    cloud_init = true
    timeout    = "20m"
  }
  provisioner "shell" {
    inline = [
      "sudo apt update",
      "sudo apt install -y nginx",
      "sudo systemctl enable nginx",
      "sudo systemctl start nginx",
      "sudo ufw allow proto tcp from any to any port 22,80,443",
      "echo 'y' | sudo ufw enable",
    ]
  }
  provisioner "reboot" {}
  provisioner "shell" {
    inline = ["systemctl is-active nginx"]
  }
  post-processor "vagrant" {
    keep_input_artifact = true
  }
}
`;

withDebian(
  "the nginx example builds on a Debian cloud image, which boots again and serves nginx's page",
  async () => {
    const workplace = await createWorkplace();
    const image = join(workplace.directory, "debian.qcow2");
    await promisify(execFile)("test/guest/debian/build.sh", [image], { timeout: 900_000 });
    const files = (await hostApt()).map((file) => ({ ...file, permissions: "0644" }));
    await writeFile(join(workplace.directory, "user-data"), userData(files));
    await writeFile(join(workplace.directory, "nginx.pkr.hcl"), template(image));

    const { code, stdout, stderr } = await workplace.run("build", "nginx.pkr.hcl");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("active");
    const entries = await readdir(workplace.directory, { recursive: true });
    expect(entries.filter((name) => name.endsWith(".box"))).toHaveLength(1);
    const booted = await bootImage(join(workplace.directory, "output-debian", "packer-debian"), {
      username: "ubuntu",
      password: "ubuntu",
      ports: [80],
      args: ["-cpu", "max", "-m", "1024"],
    });
    const page = await request(`http://127.0.0.1:${booted.port(80)}/`);
    expect(await page.body.text()).toContain("Welcome to nginx!");
    expect(await booted.ssh("sudo ufw status")).toContain("22,80,443/tcp");
  },
  1_800_000,
);
