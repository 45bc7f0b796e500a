import { CommandError } from "../../lib/process.ts";
import { BuildError } from "../../sdk/error.ts";
import { DiskError } from "../../steps/disk-error.ts";

/** Debian's package for each program; other distributions name them alike. */
const packages: Readonly<Record<string, string>> = {
  "qemu-img": "qemu-utils",
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-system-i386": "qemu-system-x86",
  "qemu-system-aarch64": "qemu-system-arm",
  swtpm: "swtpm",
};

/** A failed call of one of QEMU's programs as what the user should read: which, why, what to install. */
export function toolFailure(program: string, error: unknown): unknown {
  if (!(error instanceof CommandError)) return error;
  if (error.code === "ENOENT") {
    const named = packages[program];
    const install = named === undefined ? "Install QEMU" : `Install it (Debian, Ubuntu: apt install ${named})`;
    return new BuildError(`The program "${program}" was not found`, { hint: `${install}, or put its folder on PATH.` });
  }
  const said = error.result?.stderr.trim().replace(/^qemu-img: /, "");
  if (said === undefined || said === "") return new BuildError(error.message, { cause: error.cause });
  const summary = `${program} failed: ${said}`;
  if (!/no space left on device/i.test(said)) return new BuildError(summary);
  return new DiskError(summary, { hint: "Make room on the disk of the output directory." });
}
