import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { connectRfb } from "../helper/rfb.ts";
import { freePort } from "../helper/free-port.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

/** The network is the user's own: imgbuild forwards nothing, and connects where it is told to. */
const template = (iso: string, port: number): string => `
source "qemu" "tiny" {
  iso_url           = "${iso}"
  skip_nat_mapping  = true
  ssh_host          = "127.0.0.1"
  ssh_port          = ${port}
  net_device        = "virtio-net-pci"
  vga               = "cirrus"
  boot_key_interval = "20ms"
  vnc_password      = "letme123"
  qemuargs = [
    ["-netdev", "user,id=user.0,", "hostfwd=tcp:127.0.0.1:${port}-:22"],
    ["-m", "300M"],
  ]
  qemuargs_append = [["-device", "virtio-net,netdev=second"], ["-netdev", "user,id=second,restrict=on"]]
${tinySource.replace(/boot_command.*/, 'boot_command = ["live", "<enter>"]')}
}

build {
  sources = ["source.qemu.tiny"]
  provisioner "shell" {
    inline = ["ls /sys/class/net", "sed -n 's/MemTotal: */memory /p' /proc/meminfo", "sleep 3"]
  }
}
`;

withQemu("a machine takes arguments of the user's own in place of, and beside, ours", async () => {
  const workplace = await createWorkplace();
  const port = await freePort();
  await writeFile(join(workplace.directory, "t.pkr.hcl"), template(await tinyGuest(workplace.directory), port));
  const build = workplace.start("build", "t.pkr.hcl");
  await build.until("Waiting for SSH");
  const screen = /vnc:\/\/127\.0\.0\.1:(\d+)/.exec(build.output())![1]!;
  const vnc = { host: "127.0.0.1", port: Number(screen) };
  await expect(connectRfb({ ...vnc, password: "wrong" })).rejects.toThrow("The VNC server refuses the password");
  (await connectRfb({ ...vnc, password: "letme123" })).close();

  const { code, stdout } = await build.finished;
  expect(code, stdout).toBe(0);
  expect(stdout).toContain(`Connected to vagrant@127.0.0.1:${port}`);
  expect(stdout).not.toContain("letme123");
  // 300 MB less what the kernel keeps: more than the 256 that "memory" asked for would leave.
  expect(Number(/memory (\d+) kB/.exec(stdout)?.[1])).toBeGreaterThan(256 * 1024);
});
