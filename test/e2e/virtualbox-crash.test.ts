import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { crashAt, runUndisturbed, type CrashScenario, type CrashSignal } from "../helper/crash-matrix.ts";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { createVirtualBoxHome } from "../helper/virtualbox.ts";

const withVirtualBox = needs("VBoxManage", "virtualbox");

/** A machine with everything, which is switched on for a moment: no guest has to boot. */
const fullMachine = `
source "virtualbox-iso" "full" {
  iso_url              = "blank.iso"
  iso_checksum         = "none"
  guest_os_type        = "Debian12_64"
  vm_name              = "full"
  memory               = 64
  disk_size            = 16
  disk_additional_size = [8]
  hard_drive_interface = "sata"
  firmware             = "efi"
  secure_boot          = true
  tpm                  = "2.0"
  guest_additions_mode = "attach"
  guest_additions_url  = "blank.iso"
  headless             = true
  http_content         = { "/a" = "b" }
  cd_content           = { "meta-data" = "" }
  floppy_content       = { "a.txt" = "b" }
  communicator         = "none"
  virtualbox_version_file = ""
  boot_wait            = "0s"
  boot_command         = ["a"]
  shutdown_timeout     = "1s"
  output_directory     = "out"
  format               = "ova"
}

build {
  sources = ["source.virtualbox-iso.full"]
}
`;

/** Interrupts are tried at a few points: each build has a real machine and takes its time. */
const samples: readonly { readonly signal: CrashSignal; readonly every: number }[] = [
  { signal: "KILL", every: 4 },
  { signal: "INT", every: 7 },
];

/** A machine that starts, and never gets to SSH. */
const endless = fullMachine
  .replace('communicator         = "none"', 'ssh_username = "nobody"\n  ssh_password = "nothing"')
  .replace('virtualbox_version_file = ""', "");

/** From the signal to the end of imgbuild, and what VirtualBox needs for itself on a busy machine. */
const ENDS_WITHIN_MS = 20_000;

describe("a real VirtualBox machine", () => {
  withVirtualBox(
    "is gone after an interrupt, however far it had come with starting",
    async () => {
      const home = await createVirtualBoxHome();
      const workplace = await createWorkplace(home.env);
      await writeFile(join(workplace.directory, "blank.iso"), Buffer.alloc(64 * 1024));
      await writeFile(join(workplace.directory, "t.pkr.hcl"), endless);
      const moments = [
        ["Starting the machine", 0],
        ["Starting the machine", 150],
        ["Starting the machine", 600],
        ["Waiting for SSH", 0],
        ["Waiting for SSH", 3000],
      ] as const;
      for (const [text, delayMs] of moments) {
        const build = workplace.start("build", "t.pkr.hcl");
        await build.until(text);
        await sleep(delayMs);
        const interruptedAt = performance.now();
        build.child.kill("SIGINT");
        const what = `${delayMs} ms after "${text}":\n`;
        expect((await build.finished).code, what + build.output()).toBe(130);
        expect(performance.now() - interruptedAt, what + build.output()).toBeLessThan(ENDS_WITHIN_MS);
        expect(await home.remains(), what + build.output()).toEqual([]);
        expect(await home.machineProcesses(), what).toEqual([]);
        expect(await readdir(workplace.directory), what).not.toContain("out");
      }
    },
    600_000,
  );

  withVirtualBox(
    "that dies fails the build, with the end of its log",
    async () => {
      const home = await createVirtualBoxHome();
      const workplace = await createWorkplace(home.env);
      await writeFile(join(workplace.directory, "blank.iso"), Buffer.alloc(64 * 1024));
      await writeFile(join(workplace.directory, "t.pkr.hcl"), endless);
      const build = workplace.start("build", "t.pkr.hcl");
      await build.until("Waiting for SSH");
      const [machine] = await home.machineProcesses();
      process.kill(machine!, "SIGKILL");
      expect((await build.finished).code).toBe(1);
      expect(build.output()).toContain("The machine crashed: its process ended. Its log ends with:\n");
      expect(build.output()).toMatch(/^ *\d\d:\d\d:\d\d\.\d+ /m);
      expect(await home.remains()).toEqual([]);
    },
    300_000,
  );
});

describe("a build with a real VirtualBox machine", () => {
  withVirtualBox(
    "leaves nothing, whichever signal comes at whichever journal write",
    async () => {
      const home = await createVirtualBoxHome();
      const scenario: CrashScenario = {
        prepare: async (directory) => {
          await writeFile(join(directory, "blank.iso"), Buffer.alloc(64 * 1024));
          await writeFile(join(directory, "t.pkr.hcl"), fullMachine);
        },
        args: ["t.pkr.hcl"],
        env: home.env,
        // Each call of VBoxManage may take seconds while other machines run here on emulated processors.
        endsWithinMs: 30_000,
        results: ["out", "out/full.ova"],
        // Identifiers in it differ from run to run.
        isWhole: async (path, directory) =>
          promisify(execFile)("tar", ["-tf", join(directory, path)]).then(
            ({ stdout }) => stdout.split("\n").includes("full.ovf"),
            () => false,
          ),
      };
      const undisturbed = await runUndisturbed(scenario);
      expect(await home.remains()).toEqual([]);
      for (const { signal, every } of samples) {
        for (let point = 1; point <= undisturbed.points; point += every) {
          await crashAt(scenario, undisturbed, point, signal);
          expect(await home.remains(), `after ${signal} at point ${point}`).toEqual([]);
        }
      }
    },
    1_200_000,
  );
});
