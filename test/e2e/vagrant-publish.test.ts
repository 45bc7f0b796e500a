import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";
import { findProgram, needs } from "../helper/need.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";
import { startVagrantCloud, TOKEN } from "../helper/vagrant-cloud-server.ts";
import { vagrantIn } from "../helper/vagrant.ts";

/** The system runs from the disc: this is about what becomes of the machine afterwards. */
const template = (apiUrl: string): string => `
source "qemu" "tiny" {
  iso_url          = "tiny.iso"
  output_directory = "out"
${tinySource.replace(/boot_command.*/, 'boot_command = ["live<enter>"]')}
}

build {
  sources = ["source.qemu.tiny"]
  post-processors {
    post-processor "vagrant" {
      output = "tiny.box"
    }
    post-processor "vagrant-cloud" {
      box_tag           = "me/tiny"
      version           = "2.0.1"
      vagrant_cloud_url = "${apiUrl}"
    }
  }
}
`;

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");
const withVagrant = needs("vagrant", "vagrant");

(findProgram("vagrant") ? withQemu : withVagrant)(
  "a machine built by QEMU is published as a box, and Vagrant gets it from its catalogue",
  async () => {
    const cloud = await startVagrantCloud();
    cloud.addBox("me/tiny");
    const workplace = await createWorkplace({ VAGRANT_CLOUD_TOKEN: TOKEN });
    const { directory } = workplace;
    await tinyGuest(directory);
    await writeFile(join(directory, "t.pkr.hcl"), template(cloud.apiUrl));

    const { code, stdout, stderr } = await workplace.run("build", "t.pkr.hcl");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).not.toContain(TOKEN);

    const digest = createHash("sha256")
      .update(await readFile(join(directory, "tiny.box")))
      .digest("hex");
    const version = cloud.boxes.get("me/tiny")?.versions.get("2.0.1");
    expect(version?.status).toBe("active");
    expect([...version!.providers.values()]).toMatchObject([
      { name: "libvirt", architecture: "amd64", checksum: digest, checksum_type: "sha256" },
    ]);
    const vagrant = vagrantIn(directory);
    await vagrant("box", "add", `${cloud.url}/me/tiny`);
    expect(await vagrant("box", "list")).toMatch(/me\/tiny\s+\(libvirt, 2\.0\.1/);
  },
);
