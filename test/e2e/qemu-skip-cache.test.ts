import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs, without } from "../helper/need.ts";
import { serveFile } from "../helper/serve-file.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";

/** QEMU's HTTP driver is a module of its own on Debian. */
function hasHttpDriver(): boolean {
  const folders = readdirSync("/usr/lib", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const modules = folders.flatMap(({ name }) => {
    try {
      return readdirSync(join("/usr/lib", name, "qemu"));
    } catch {
      return [];
    }
  });
  return modules.includes("block-curl.so");
}

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");
const withDriver = hasHttpDriver() ? withQemu : without("needs QEMU's HTTP driver (Debian package qemu-block-extra)");

withDriver("iso_skip_cache boots from the server, and keeps nothing of it", async () => {
  const workplace = await createWorkplace();
  const { url, requests } = await serveFile(await tinyGuest(workplace.directory));
  const source = tinySource.replace(/boot_command.*/, 'boot_command = ["live<enter>"]');
  const template = `source "qemu" "tiny" {\n  iso_url = "${url}"\n  iso_skip_cache = true\n${source}}\nbuild {\n  sources = ["qemu.tiny"]\n}\n`;
  await writeFile(join(workplace.directory, "t.pkr.hcl"), template);
  const { code, stdout } = await workplace.run("build", "t.pkr.hcl");
  expect(code, stdout).toBe(0);
  expect(requests.filter((method) => method === "GET").length).toBeGreaterThan(1);
  expect(stdout).not.toContain("Downloading");
});
