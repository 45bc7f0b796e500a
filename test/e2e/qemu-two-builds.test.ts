import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { serveFile } from "../helper/serve-file.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

/** Boots the system from the disc: this is about what happens beside it. */
const source = (digest: string): string =>
  tinySource
    .replace(/boot_command.*/, 'boot_command = ["live<enter>"]')
    .replace(/iso_checksum.*/, `iso_checksum = "sha256:${digest}"`);

const template = (url: string, digest: string): string => `
variable "name" {
  type = string
}

source "qemu" "tiny" {
  iso_url          = "${url}"
  output_directory = "out-\${var.name}"
${source(digest)}
}

build {
  sources = ["source.qemu.tiny"]
  provisioner "shell" {
    inline = ["echo I am \${var.name}"]
  }
}
`;

withQemu("two builds at once share one download and get in each other's way nowhere", async () => {
  const workplace = await createWorkplace();
  const iso = await tinyGuest(workplace.directory);
  const digest = createHash("sha256")
    .update(await readFile(iso))
    .digest("hex");
  const { url, requests } = await serveFile(iso);
  await writeFile(join(workplace.directory, "t.pkr.hcl"), template(url, digest));

  const builds = ["one", "two"].map((name) => workplace.start("build", "-var", `name=${name}`, "t.pkr.hcl"));
  const ended = await Promise.all(builds.map((build) => build.finished));

  for (const [index, { code, stdout }] of ended.entries()) {
    expect(code, stdout).toBe(0);
    expect(stdout).toContain(`I am ${["one", "two"][index]}`);
  }
  expect(requests.filter((method) => method === "GET")).toHaveLength(1);
  const screens = ended.map(({ stdout }) => /vnc:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
  expect(new Set(screens).size).toBe(2);
});
