import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { serveFile } from "../helper/serve-file.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

withQemu("iso_skip_cache boots from the server, or names the package QEMU lacks for it", async () => {
  const workplace = await createWorkplace();
  const { url, requests } = await serveFile(await tinyGuest(workplace.directory));
  const source = tinySource
    .replace(/boot_command.*/, 'boot_command = ["live<enter>"]')
    .replace(/boot_wait.*/, 'boot_wait = "8s"');
  const template = `source "qemu" "tiny" {\n  iso_url = "${url}"\n  iso_skip_cache = true\n${source}}\nbuild {\n  sources = ["qemu.tiny"]\n}\n`;
  await writeFile(join(workplace.directory, "t.pkr.hcl"), template);
  const { code, stdout } = await workplace.run("build", "t.pkr.hcl");
  if (code === 0) return expect(requests.filter((method) => method === "GET").length).toBeGreaterThan(1);
  expect(stdout).toContain("Install it (Debian, Ubuntu: qemu-block-extra), or leave iso_skip_cache out.");
});
