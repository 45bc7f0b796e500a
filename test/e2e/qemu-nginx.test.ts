import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { request } from "undici";
import { expect } from "vitest";
import { bootImage } from "../helper/booted-image.ts";
import { hostApt } from "../helper/host-apt.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";

const withDebian = needs("mmdebstrap", "mmdebstrap");

const userData = (files: unknown): string => `#cloud-config
${JSON.stringify({
  users: [{ name: "ubuntu", shell: "/bin/bash", sudo: "ALL=(ALL) NOPASSWD:ALL", lock_passwd: false }],
  chpasswd: { expire: false, users: [{ name: "ubuntu", password: "ubuntu", type: "text" }] },
  ssh_pwauth: true,
  apt: { preserve_sources_list: true },
  // Making an RSA key takes an emulated processor many seconds.
  ssh_genkeytypes: ["ed25519"],
  write_files: files,
})}
`;

/** The provisioner of the seed's nginx example, its commas corrected; the rest is what QEMU needs in place of EC2. */
const template = (image: string): string => `
source "qemu" "debian" {
  iso_url          = "${image}"
  iso_checksum     = "none"
  disk_image       = true
  skip_resize_disk = true
  accelerator      = "tcg"
  cpu_model        = "max"
  memory           = 1024
  disk_cache       = "unsafe"
  headless         = true
  cd_label         = "cidata"
  cd_content = {
    "meta-data" = "instance-id: nginx\\nlocal-hostname: nginx\\n"
    "user-data" = file("user-data")
  }
  ssh_username     = "ubuntu"
  ssh_password     = "ubuntu"
  ssh_timeout      = "20m"
  shutdown_command = "sudo systemctl poweroff"
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
