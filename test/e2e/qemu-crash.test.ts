import { kill } from "node:process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { runCrashMatrix, type CrashScenario } from "../helper/crash-matrix.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { writePowerOffImage } from "../helper/power-off-image.ts";
import { tinyGuest, tinySource } from "../helper/tiny-guest.ts";

const withQemu = needs("qemu-system-x86_64", "qemu-system-x86");

/** Everything a machine can have, around a guest that switches itself off at once. */
const fullMachine = `
source "qemu" "full" {
  iso_url              = "power-off.img"
  iso_checksum         = "none"
  disk_image           = true
  skip_resize_disk     = true
  disk_additional_size = ["1M"]
  format               = "raw"
  accelerator          = "tcg"
  memory               = 64
  headless             = true
  vtpm                 = true
  vnc_use_password     = true
  http_content         = { "/a" = "b" }
  cd_content           = { "meta-data" = "" }
  floppy_content       = { "a.txt" = "b" }
  communicator         = "none"
  shutdown_timeout     = "20s"
  vm_name              = "full"
  output_directory     = "out"
}

build {
  sources = ["source.qemu.full"]
}
`;

const scenario: CrashScenario = {
  prepare: async (directory) => {
    await writePowerOffImage(join(directory, "power-off.img"));
    await writeFile(join(directory, "t.pkr.hcl"), fullMachine);
  },
  args: ["t.pkr.hcl"],
  results: ["out", "out/full", "out/full-1"],
};

describe("a build of a machine with disks, discs, TPM, screen and server", () => {
  withQemu("leaves nothing, whichever signal comes at whichever journal write", async () => {
    await runCrashMatrix(scenario);
  });
});

/** What the build says as it enters each part of its work with the machine. */
const moments = [
  "Creating a disk",
  "Starting the machine",
  "Waiting 2 seconds",
  "Typing the boot command",
  "Waiting for SSH",
  "Provisioning with",
  "Shutting the machine down",
];

const template = (iso: string): string => `
source "qemu" "tiny" {
  iso_url          = "${iso}"
  output_directory = "out"
${tinySource.replace(/boot_command.*/, 'boot_command = ["live<enter>"]')}
}

build {
  sources = ["source.qemu.tiny"]
  provisioner "shell" {
    inline = ["echo in the guest", "sleep 5"]
  }
}
`;

describe("a build that works with a real guest", () => {
  for (const moment of moments) {
    withQemu(`is gone within 5 s of an interrupt at "${moment}"`, async () => {
      const workplace = await guestWorkplace();
      const build = workplace.start("build", "t.pkr.hcl");
      await build.until(moment);
      const interrupted = performance.now();
      build.child.kill("SIGINT");
      const { code, stdout } = await build.finished;
      expect(performance.now() - interrupted, stdout).toBeLessThan(5000);
      expect(code, stdout).toBe(130);
      expect(await remains(workplace), stdout).toEqual([]);
    });

    withQemu(`is cleaned up after it was killed at "${moment}"`, async () => {
      const workplace = await guestWorkplace();
      const build = workplace.start("build", "t.pkr.hcl");
      await build.until(moment);
      kill(build.child.pid!, "SIGKILL");
      await build.finished.catch(() => {});
      const { code, stdout, durationMs } = await workplace.run("cleanup");
      expect(code, stdout).toBe(0);
      expect(durationMs).toBeLessThan(5000);
      expect(await remains(workplace), stdout).toEqual([]);
    });
  }
});

async function guestWorkplace(): Promise<Workplace> {
  const workplace = await createWorkplace();
  const iso = await tinyGuest(workplace.directory);
  await writeFile(join(workplace.directory, "t.pkr.hcl"), template(iso));
  return workplace;
}

/** Processes, output, private files and locks of the build. */
async function remains({ directory, temporary }: Workplace): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true });
  const files = entries.filter((path) => path === "out" || /\.lock/.test(path));
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  const processes = commands.filter((command) => command.startsWith("qemu") && command.includes(directory));
  return [...files, ...(await readdir(temporary)), ...processes];
}
