import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { bootImage } from "../helper/booted-image.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest } from "../helper/tiny-guest.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

withQemu("the quickstart template installs a guest, provisions it, and leaves an image that boots", async () => {
  const workplace = await createWorkplace();
  const iso = await tinyGuest(workplace.directory);
  const template = resolve("templates/quickstart.pkr.hcl");
  const { code, stdout, stderr } = await workplace.run("build", "-var", `iso=${iso}`, template);
  expect(stderr, stdout).toBe("");
  expect(code, stdout).toBe(0);

  const output = join(workplace.directory, "output-quickstart");
  expect(await readdir(output)).toEqual(["quickstart.qcow2"]);
  const image = await bootImage(join(output, "quickstart.qcow2"), { username: "vagrant", password: "vagrant" });
  expect(await image.ssh("hostname; cat /etc/imgbuild-release")).toBe("quickstart\nBuilt by imgbuild\n");
});
