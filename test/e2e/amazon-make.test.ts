import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect } from "vitest";
import { buildTree } from "../../src/lib/file-tree.ts";
import { writeIso } from "../../src/lib/iso9660/create-iso.ts";
import { AWS_CREDENTIALS } from "../helper/aws-template.ts";
import { bootImage } from "../helper/booted-image.ts";
import { createEc2Proxy } from "../helper/ec2-proxy.ts";
import { hostApt } from "../helper/host-apt.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { startMoto, withMoto } from "../helper/moto.ts";
import { findProgram, needs, needsRoot } from "../helper/need.ts";
import { placed, WHEN } from "../lib/file-tree-fixture.ts";

/** Where the machine that stands in for the instance answers on port 22. */
const ADDRESS = "127.18.0.1";

const withServer =
  findProgram("mmdebstrap") === undefined
    ? needs("mmdebstrap", "mmdebstrap")
    : process.getuid?.() === 0
      ? withMoto()
      : needsRoot("qemu-system-x86_64", "qemu-system-x86");

withServer("`make aws` builds the template as it is: moto is EC2, and a Debian guest the instance", async () => {
  const [place, moto] = [await createWorkplace(), await startMoto()];
  const proxy = await createEc2Proxy(moto.endpoint);
  try {
    const image = join(place.directory, "debian.qcow2");
    await promisify(execFile)("test/guest/debian/build.sh", [image], { timeout: 900_000 });
    let booting: Promise<unknown> | undefined;
    proxy.answered = async ({ action }, xml) => {
      const [, key] = /<keyMaterial>([\s\S]*?)<\/keyMaterial>/.exec(xml) ?? [];
      if (action === "CreateKeyPair" && key !== undefined) booting = startMachine(place.directory, image, key);
      // What moto makes up leads nowhere.
      return xml.replaceAll(/<ipAddress>[^<]+/g, `<ipAddress>${ADDRESS}`);
    };
    const checkout = await linkedCheckout(place.directory);
    // Nothing is made anew: the command under test is there, and this is no place to install packages in.
    const args = ["-o", "dist/imgbuild.js", "-o", "node_modules/.package-lock.json", "aws"];
    const env = { ...place.env, ...AWS_CREDENTIALS, PATH: process.env["PATH"], AWS_ENDPOINT_URL: proxy.endpoint };
    const made = spawn("make", args, { cwd: checkout, env, stdio: ["ignore", "pipe", "pipe"] });
    const [said, errors] = await Promise.all([text(made.stdout), text(made.stderr), once(made, "close")]);
    expect(made.exitCode, said + errors).toBe(0);
    await booting;
    expect(said).toMatch(/us-east-1: ?ami-[0-9a-f]{8,17}/);
    const manifest = await readFile(join(checkout, "nginx-ubuntu-manifest.json"), "utf8");
    expect(manifest).toMatch(/"us-east-1:ami-[0-9a-f]{8,17}"/);
    expect(execFileSync("tar", ["-tf", join(checkout, "nginx-ubuntu-aws.box")], { encoding: "utf8" })).toContain(
      "metadata.json",
    );
  } finally {
    await proxy.close();
    await moto.stop();
  }
});

/** What EC2 does with a key pair and an image: a machine that lets the key in. */
async function startMachine(directory: string, image: string, keyText: string): Promise<unknown> {
  const file = join(directory, "pair");
  const privateKey = `${keyText.replaceAll("&#13;", "").trim()}\n`;
  await writeFile(file, privateKey, { mode: 0o600 });
  const key = execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" }).trim();
  const user = { name: "ubuntu", shell: "/bin/bash", sudo: "ALL=(ALL) NOPASSWD:ALL", ssh_authorized_keys: [key] };
  const userData = {
    users: [user],
    apt: { preserve_sources_list: true },
    ssh_genkeytypes: ["ed25519"],
    write_files: (await hostApt()).map((entry) => ({ ...entry, permissions: "0644" })),
  };
  const files = [
    placed("meta-data", "instance-id: i-1\nlocal-hostname: nginx\n"),
    placed("user-data", `#cloud-config\n${JSON.stringify(userData)}\n`),
  ];
  const disc = join(directory, "cidata.iso");
  const handle = await open(disc, "w");
  await writeIso(handle, { root: buildTree(files, WHEN, (name) => name), label: "cidata", now: WHEN });
  await handle.close();
  const args = ["-cpu", "max", "-m", "1024", "-drive", `file=${disc},media=cdrom,format=raw`];
  return bootImage(image, { username: "ubuntu", privateKey, address: ADDRESS, args });
}

/** The checkout without what `make` would remake. */
async function linkedCheckout(directory: string): Promise<string> {
  const checkout = join(directory, "checkout");
  await mkdir(checkout);
  for (const name of ["Makefile", "dist", "scripts", "templates", "tools"])
    await symlink(resolve(name), join(checkout, name));
  return checkout;
}
