import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createWorkplace, imgbuildPath } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

const template = (iso: string): string => `
source "qemu" "tiny" {
  iso_url          = "${iso}"
  net_bridge       = "br-test"
  output_directory = "out"
${tinySource.replace(/boot_command.*/, 'boot_command = ["live<enter>"]').replace(/http_content.*/, 'http_content = { "/greeting" = "over the bridge" }')}
}

build {
  sources = ["source.qemu.tiny"]
  provisioner "shell" {
    inline = ["echo \\"from $PACKER_HTTP_ADDR: $(wget -q -O - http://$PACKER_HTTP_ADDR/greeting)\\""]
  }
}
`;

/** Network, mounts and processes of its own: a bridge, a DHCP server on it, and leave to use it. All gone with the shell. */
const surroundings = `
set -e
ip link set lo up
ip link add br-test type bridge
ip address add 10.99.0.1/24 dev br-test
ip link set br-test up
mkdir etc && mount -t tmpfs tmpfs etc && mkdir etc/work etc/upper
mount -t overlay overlay -o lowerdir=/etc,upperdir="$PWD/etc/upper",workdir="$PWD/etc/work" /etc
mkdir -p /etc/qemu && echo "allow br-test" > /etc/qemu/bridge.conf
cat > udhcpd.conf <<CONFIG
interface br-test
start 10.99.0.10
end 10.99.0.20
lease_file $PWD/leases
option subnet 255.255.255.0
CONFIG
touch leases
busybox udhcpd -f udhcpd.conf >udhcpd.log 2>&1 &
"$@"
`;

withQemu("a machine on a bridge of the host is found by its address there, and reaches the HTTP server", async () => {
  const workplace = await createWorkplace();
  await writeFile(join(workplace.directory, "t.pkr.hcl"), template(await tinyGuest(workplace.directory)));
  const build = execFile(
    "unshare",
    ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", surroundings, "sh"].concat([
      process.execPath,
      imgbuildPath,
      "build",
      "t.pkr.hcl",
    ]),
    { cwd: workplace.directory, env: workplace.env },
  );
  let output = "";
  build.stdout!.on("data", (chunk: string) => (output += chunk));
  build.stderr!.on("data", (chunk: string) => (output += chunk));
  const [code] = (await once(build, "close")) as [number];
  expect(code, output).toBe(0);
  expect(output).toMatch(/from 10\.99\.0\.1:\d+: over the bridge/);
  expect(output).toContain("Serving HTTP on 10.99.0.1");
});
