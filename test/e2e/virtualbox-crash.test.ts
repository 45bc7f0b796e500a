import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { crashAt, runUndisturbed, type CrashScenario, type CrashSignal } from "../helper/crash-matrix.ts";
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
        results: ["out", "out/full.ova"],
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
