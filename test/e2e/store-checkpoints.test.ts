import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { CheckpointRecord } from "../../src/core/checkpoints/record.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

/** The system runs from its disc. */
const template = `
source "qemu" "tiny" {
  iso_url          = "tiny.iso"
  output_directory = "out"
${tinySource
  .replace(/boot_command.*/, 'boot_command = ["live<enter>"]')
  .replace(/boot_wait.*/, 'boot_wait = "1s"')
  .replace(/disk_size.*/, 'disk_size = "16M"')}
}
build {
  sources = ["source.qemu.tiny"]
  provisioner "shell" {
    inline = ["echo first begins; echo only in memory > /tmp/mark"]
  }
  provisioner "shell" {
    script = "last.sh"
  }
}
`;

/** With its own state, caches and directory. */
async function machine(word: string): Promise<Workplace> {
  const place = await createWorkplace();
  await tinyGuest(place.directory);
  writeFileSync(join(place.directory, "t.pkr.hcl"), template);
  writeFileSync(join(place.directory, "last.sh"), `cat /tmp/mark; echo ${word}\n`);
  return place;
}

describe("checkpoints in a store", () => {
  withQemu("a machine goes on where another one was, and earlier where what was stored is damaged", async () => {
    const shared = await createWorkplace();
    const store = join(shared.directory, "store");
    const build = (place: Workplace) => place.run("build", `-store=${store}`, "-store-checkpoints", "t.pkr.hcl");
    const first = await build(await machine("one"));
    expect(first.code, first.stdout + first.stderr).toBe(0);
    expect(first.stdout).toContain("first begins");

    const second = await build(await machine("two"));
    expect(second.code, second.stdout + second.stderr).toBe(0);
    expect(second.stdout).toContain("Restored after provisioner 1 of 2");
    expect(second.stdout).not.toContain("first begins");
    expect(second.stdout).toContain("only in memory");

    spoilMemory(store);
    const third = await build(await machine("three"));
    expect(third.code, third.stdout + third.stderr).toBe(0);
    expect(third.stdout + third.stderr).toContain("A checkpoint could not be taken from the store");
    expect(third.stdout).toContain("Restored before");
    expect(third.stdout).toContain("first begins");
    expect(third.stdout).toContain("three");
  });
});

/** The memory after the first provisioner. */
function spoilMemory(store: string): void {
  const folder = join(store, "checkpoints");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const records = names.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as CheckpointRecord);
  const { object } = records.find(({ step }) => step === 1)!.files["memory"]!;
  const path = join(store, "blobs", object.slice(0, 2), object);
  chmodSync(path, 0o600);
  const content = readFileSync(path);
  content[content.length >> 1]! ^= 1;
  writeFileSync(path, content);
}
