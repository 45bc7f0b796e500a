import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";

/** The secret is a word of the template's own names and paths; two of the texts hold it in the open. */
const template = (last: string): string => `
variable "password" {
  sensitive = true
  default   = "debian"
}
source "file" "debian" {
  content = "x"
  target  = "out-debian/debian-12.img"
}
build {
  sources = ["file.debian"]
  provisioner "shell-local" {
    inline = ["echo 'login debian, password debian.'"]
  }
  post-processor "manifest" {
    custom_data = { password = "it is \${var.password}", debian = "true" }
  }
  post-processor "shell-local" {
    inline = ["${last}"]
  }
}
`;

async function failedBuild(...flags: readonly string[]) {
  const place = await createWorkplace();
  const write = (last: string) => writeFile(join(place.directory, "t.pkr.hcl"), template(last));
  await write("exit 1");
  const done = await place.run("build", ...flags, "-metadata-file=metadata.json", "t.pkr.hcl");
  expect(done.code).toBe(1);
  const read = async (name: string) => JSON.parse(await readFile(join(place.directory, name), "utf8")) as unknown;
  return { ...place, ...done, read, write };
}

it("R-03: what a program reads keeps its names and paths, and every reader goes on", async () => {
  const place = await failedBuild();
  const image = "out-debian/debian-12.img";
  const manifest = (await place.read("packer-manifest.json")) as { builds: { packer_run_uuid: string }[] };
  expect(manifest.builds).toMatchObject([
    { name: "debian", files: [{ name: image }], custom_data: { password: "<sensitive>", debian: "true" } },
  ]);
  const metadata = (await place.read("metadata.json")) as { builds: { build: string; logPath: string }[] };
  expect(metadata.builds[0]).toMatchObject({ build: "file.debian" });
  expect(existsSync(metadata.builds[0]!.logPath)).toBe(true);
  expect(JSON.stringify(metadata)).toContain(image);
  const { stdout: runs } = await place.run("runs");
  expect(runs).toContain(join(place.directory, image));
  const runId = manifest.builds[0]!.packer_run_uuid;
  await place.write("echo again");
  for (const from of [runId, "packer-manifest.json"]) {
    const again = await place.run("post-process", from, "t.pkr.hcl");
    expect(again.stdout + again.stderr).not.toContain("not there any more");
    expect(again.code).toBe(0);
  }
});

it("R-03: events for programs keep names, and mask texts", async () => {
  const { stdout } = await failedBuild("-json");
  const events = stdout
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
  expect(new Set(events.flatMap(({ build }) => (build === undefined ? [] : [build])))).toEqual(
    new Set(["file.debian"]),
  );
  const texts = events.filter(({ kind }) => kind === "output").map(({ text }) => text);
  expect(texts).toContain("login <sensitive>, password <sensitive>.");
  expect(stdout).toContain("out-debian/debian-12.img");
});

it("R-03: on the screen it is masked where it stands by itself, and one warning says so", async () => {
  const { stdout } = await failedBuild();
  expect(stdout).toContain("login <sensitive>, password <sensitive>.");
  expect(stdout).toContain("file.debian");
  expect(stdout.match(/that the template also uses for a name or a path/g)).toHaveLength(1);
});
