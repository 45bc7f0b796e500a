import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { debianMachine, debianUserData } from "../helper/debian-machine.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";

const withDebian = needs("mmdebstrap", "mmdebstrap");

/** The user can log in long before the last stage of cloud-init is over. */
const userData = debianUserData({ runcmd: ["sleep 20; touch /run/last-thing-cloud-init-did"] });

const template = (image: string): string => `
source "qemu" "debian" {${debianMachine(image, "waits")}}

build {
  sources = ["source.qemu.debian"]

  provisioner "shell" {
    inline = ["test ! -e /run/last-thing-cloud-init-did && echo logged in before cloud-init was done"]
  }
  provisioner "wait-for" {
    cloud_init = true
    timeout    = "20m"
  }
  provisioner "shell" {
    inline = ["test -e /run/last-thing-cloud-init-did && echo provisioned after cloud-init was done"]
  }
}
`;

withDebian("a build waits until cloud-init is done with a machine that lets us in earlier (SSH-08)", async () => {
  const workplace = await createWorkplace();
  const image = join(workplace.directory, "debian.qcow2");
  await promisify(execFile)("test/guest/debian/build.sh", [image], { timeout: 900_000 });
  await writeFile(join(workplace.directory, "user-data"), userData);
  await writeFile(join(workplace.directory, "waits.pkr.hcl"), template(image));
  const { code, stdout, stderr } = await workplace.run("build", "waits.pkr.hcl");
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toContain("logged in before cloud-init was done");
  expect(stdout).toMatch(/cloud-init has finished after/);
  expect(stdout).toContain("provisioned after cloud-init was done");
});
