import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { AWS_CREDENTIALS, letKeyIn } from "../helper/aws-template.ts";
import { ec2ForTests } from "../helper/ec2-for-tests.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needsRoot } from "../helper/need.ts";
import { createSshd } from "../helper/sshd.ts";

const withDebian = needsRoot("mmdebstrap", "mmdebstrap");
const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOfTheTestAndOfNobodyElseAtAllxxxxxxxxxxxxxxx";

withDebian("a cloud image: the template of `imgbuild new`, as it is, builds and is sealed", async () => {
  const place = await createWorkplace();
  const image = join(place.directory, "debian.qcow2");
  await promisify(execFile)("test/guest/debian/build.sh", [image], { timeout: 900_000 });
  const flags = ["-platform=qemu", "-system=debian-12", "-purpose=cloud"];
  expect(await place.run("new", ...flags, "debian")).toMatchObject({ code: 0 });
  // What its user puts there, to look at the machine from inside at the end.
  const seal = join(place.directory, "debian/scripts/seal.sh");
  await writeFile(seal, `${await readFile(seal, "utf8")}${LOOK_INSIDE}`);
  // This machine may reach no distribution.
  const given = { iso_url: image, iso_checksum: "none", disk_size: "2G", memory: "1024", ssh_public_key: PUBLIC_KEY };
  const variables = Object.entries(given).flatMap(([name, value]) => ["-var", `${name}=${value}`]);
  const { code, stdout, stderr } = await place.run("build", ...variables, "debian");
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toContain("inside: Built by imgbuild");
  expect(stdout).toContain("inside: debian L ");
  expect(stdout).toContain(`inside: ${PUBLIC_KEY}`);
  expect(stdout).toContain("inside: 0 host keys, 0 bytes of machine-id");
  expect(stdout).toContain("inside: no instance of cloud-init");
  const [sum] = (await readFile(join(place.directory, "debian/debian.sha256"), "utf8")).split(/\s/);
  const digest = await promisify(execFile)("sha256sum", [join(place.directory, "debian/output/debian.qcow2")]);
  expect(digest.stdout).toContain(sum);
});

const LOOK_INSIDE = `
echo "inside: $(cat /etc/imgbuild-release)"
echo "inside: $(passwd --status "$BUILD_USER")"
echo "inside: $(cat /home/debian/.ssh/authorized_keys)"
echo "inside: $(ls /etc/ssh | grep -c ssh_host_) host keys, $(wc -c </etc/machine-id) bytes of machine-id"
[ -e /var/lib/cloud/instance ] || echo "inside: no instance of cloud-init"
`;

describe("an Amazon image", () => {
  const ec2 = ec2ForTests({ regions: ["us-east-1"] });

  ec2.it("the template of `imgbuild new` builds against moto, with an SSH server behind the instance", async () => {
    const place = await createWorkplace({ ...AWS_CREDENTIALS, AWS_ENDPOINT_URL: ec2.proxy.endpoint });
    const sshd = await createSshd();
    ec2.proxy.answered = letKeyIn(sshd);
    expect(await place.run("new", "-platform=amazon", "-system=ubuntu-24.04", "web")).toMatchObject({ code: 0 });
    // moto has no machine: where the server is that stands for it, and nothing that would change this one.
    const template = join(place.directory, "web/template.pkr.hcl");
    const login = `ssh_username = "${sshd.username}"\n  ssh_host = "127.0.0.1"\n  ssh_port = ${sshd.port}\n`;
    const changed = (await readFile(template, "utf8"))
      .replace(/ssh_username .*\n/, login)
      .replace(/cloud-init status[^"]*/, "true")
      .replace("sudo env", "env");
    await writeFile(template, changed);
    await writeFile(join(place.directory, "web/scripts/provision.sh"), "echo ran with $PACKER_BUILDER_TYPE\n");
    const { code, stdout, stderr } = await place.run("build", "web");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("ran with amazon-ebs");
    expect(await readFile(join(place.directory, "web/output/manifest.json"), "utf8")).toMatch(
      /us-east-1:ami-[0-9a-f]+/,
    );
    expect(await ec2.addedKinds()).toEqual(["ami", "snap"]);
  });
});
