import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";
import { findProgram, needs, needsRoot, without } from "../helper/need.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";

/** Where Debian keeps what its gems are. */
const GEMS = "/usr/share/rubygems-integration/all/specifications";

function needsLibvirt() {
  if (!findProgram("libvirtd")) return needs("libvirtd", "libvirt-daemon-system");
  const hasPlugin = existsSync(GEMS) && readdirSync(GEMS).some((name) => name.startsWith("vagrant-libvirt-"));
  if (!hasPlugin) return without('needs the Vagrant plugin "vagrant-libvirt" (its Debian package)');
  return needsRoot("vagrant", "vagrant");
}

/** Of somebody who has no KVM; the rest is the box's own Vagrantfile and Vagrant's default, its insecure key among it. */
const VAGRANTFILE = `
Vagrant.configure("2") do |config|
  config.vm.box = "imgbuild/quickstart"
  config.vm.provider :libvirt do |libvirt|
    libvirt.driver = "qemu"
    libvirt.cpu_mode = "custom"
    libvirt.cpu_model = "qemu64"
    libvirt.memory = 256
  end
end
`;

needsLibvirt()(
  "the box of the quickstart is brought up by Vagrant in libvirt, and does what it was provisioned for",
  async () => {
    const workplace = await createWorkplace();
    const { directory } = workplace;
    const iso = await tinyGuest(directory);
    const { code, stdout } = await workplace.run(
      "build",
      "-var",
      `iso=${iso}`,
      resolve("templates/quickstart.pkr.hcl"),
    );
    expect(code, stdout).toBe(0);

    const home = join(directory, "home");
    await mkdir(home);
    await writeFile(join(home, "Vagrantfile"), VAGRANTFILE);
    const commands = [
      "vagrant box add --no-tty --name imgbuild/quickstart ../quickstart-libvirt.box",
      "vagrant up --no-tty --provider=libvirt",
      'vagrant ssh --no-tty -c "id -un; cat /etc/imgbuild-release; sudo id -un"',
      "vagrant destroy --no-tty -f",
    ].join(" && ");
    const env = { ...process.env, HOME: home, VAGRANT_HOME: join(home, "vagrant"), VAGRANT_CHECKPOINT_DISABLE: "1" };
    const up = await promisify(execFile)(resolve("test/guest/libvirt.sh"), ["sh", "-c", commands], { cwd: home, env });
    expect(up.stdout).toContain("Machine booted and ready!");
    expect(up.stdout).toContain("\nvagrant\nBuilt by imgbuild\nroot\n");
  },
);
