import { createHash } from "node:crypto";
import { cp, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { startServer } from "../helper/http-server.ts";
import { impersonate } from "../helper/https-impostor.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { findProgram, needs } from "../helper/need.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";
import { startVagrantCloud, TOKEN } from "../helper/vagrant-cloud-server.ts";
import { vagrantIn } from "../helper/vagrant.ts";
import { createVirtualBoxHome } from "../helper/virtualbox.ts";

const withVirtualBox = needs("VBoxManage", "virtualbox");
const withVagrant = needs("vagrant", "vagrant");

/** Without the kernel module a guest has some ten million instructions a second: every boot takes minutes. */
const HOUR = 3_600_000;

const BOX = "allthingscloud/go-counter-demo";

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** The vendor's files that a build fetches where this computer has no guest additions. */
async function startVendor(version: string) {
  const additions = Buffer.alloc(100_000, "guest additions");
  const name = `VBoxGuestAdditions_${version}.iso`;
  return startServer({
    [`/virtualbox/${version}/${name}`]: { bytes: additions },
    [`/virtualbox/${version}/SHA256SUMS`]: { bytes: Buffer.from(`${sha256(additions)} *${name}\n`) },
  });
}

(findProgram("vagrant") ? withVirtualBox : withVagrant)(
  "the JSON template of go-counter-demo, as it stands, ends in a box that Vagrant gets from the catalogue",
  async () => {
    const home = await createVirtualBoxHome();
    const vendor = await startVendor((await home.manage("--version")).split(/[_r]/)[0]!);
    const cloud = await startVagrantCloud();
    cloud.addBox(BOX);
    const { env } = await impersonate({ "vagrantcloud.com": cloud.url, "download.virtualbox.org": vendor.url });
    const workplace = await createWorkplace({ ...home.env, ...env, VAGRANT_CLOUD_TOKEN: TOKEN });
    const { directory } = workplace;
    await cp(resolve("templates/go-counter-demo"), directory, { recursive: true });
    await cp(resolve("templates/scripts"), join(directory, "../scripts"), { recursive: true });
    const iso = await tinyGuest(directory, "--like-ubuntu");

    const variables = {
      iso_url: iso,
      iso_checksum: sha256(await readFile(iso)),
      // Two interpreted processors wait for each other more than they work.
      build_cpu_cores: "1",
      build_memory: "384",
    };
    const args = Object.entries(variables).flatMap(([name, value]) => ["-var", `${name}=${value}`]);
    const { code, stdout, stderr } = await workplace.run("build", ...args, "go-counter-demo.json");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("Uploading the guest additions");
    expect(stdout + stderr).not.toContain(TOKEN);
    expect(await home.remains()).toEqual([]);

    const output = join(directory, "output-go-counter-demo-vbox");
    expect((await readdir(output)).sort()).toEqual(["go-counter-demo-vbox-disk001.vmdk", "go-counter-demo-vbox.ovf"]);
    // What `vboxmanage_post` asks for, not the memory of the build.
    expect(await readFile(join(output, "go-counter-demo-vbox.ovf"), "utf8")).toContain("512 MB of memory");

    const [version] = [...cloud.boxes.get(BOX)!.versions.values()];
    expect(version?.status).toBe("active");
    const checksum = sha256(await readFile(join(directory, "go-counter-demo-vbox.box")));
    expect([...version!.providers.values()]).toMatchObject([
      { name: "virtualbox", architecture: "amd64", checksum, checksum_type: "sha256" },
    ]);
    const vagrant = vagrantIn(directory);
    await vagrant("box", "add", `${cloud.url}/${BOX}`);
    expect(await vagrant("box", "list")).toMatch(/allthingscloud\/go-counter-demo\s+\(virtualbox, 0\.1\.\d+/);
  },
  HOUR,
);
