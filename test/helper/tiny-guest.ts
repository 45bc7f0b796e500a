import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { join } from "node:path";

/** Makes (or takes from its cache) the ISO of the tiny test guest. */
export async function tinyGuest(directory: string, ...options: readonly string[]): Promise<string> {
  const iso = join(directory, "tiny.iso");
  await promisify(execFile)("test/guest/tiny/build.sh", [...options, iso], { timeout: 600_000 });
  return iso;
}

/** The arguments of a `qemu` source that installs the tiny guest, as HCL. */
export const tinySource = `
  iso_checksum     = "none"
  accelerator      = "tcg"
  memory           = 256
  disk_size        = "256M"
  headless         = true
  http_content     = { "/answer.cfg" = "" }
  boot_wait        = "2s"
  boot_command     = ["install answer=http://{{ .HTTPIP }}:{{ .HTTPPort }}/answer.cfg<enter>"]
  ssh_username     = "vagrant"
  ssh_password     = "vagrant"
  shutdown_command = "echo vagrant | sudo -S poweroff"
`;
