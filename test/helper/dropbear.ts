import { execFileSync, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { findProgram } from "./need.ts";
import { freePort, keygen, untilAccepting, type TestSshd } from "./sshd.ts";

export interface DropbearOptions {
  /** Programs in the guest's PATH. Without it, those of this computer. */
  readonly programs?: readonly string[];
}

/**
 * A real dropbear on loopback, as small guests have it: no SFTP, and only the programs named. Dropbear reads
 * `~/.ssh/authorized_keys`, so it sees a home directory of its own (a private mount, as root; else `-D`).
 */
export async function createDropbear(
  options: DropbearOptions = {},
): Promise<Pick<TestSshd, "host" | "port" | "username" | "keyFile" | "directory" | "log">> {
  const directory = await mkdtemp(join(tmpdir(), "imgbuild-dropbear-"));
  await chmod(directory, 0o700);
  const port = await freePort();
  const keyFile = join(directory, "user_key");
  keygen(keyFile);
  const keys = join(directory, "keys");
  await mkdir(keys, { mode: 0o700 });
  await writeFile(join(keys, "authorized_keys"), await readFile(`${keyFile}.pub`), { mode: 0o600 });
  execFileSync("dropbearkey", ["-t", "ed25519", "-f", join(directory, "host_key")], { stdio: "ignore" });
  const dropbear = `${findProgram("dropbear") ?? "dropbear"} -F -E -r ${directory}/host_key -p 127.0.0.1:${port} -P ${directory}/pid`;
  const script = [
    `mkdir -p "$HOME/.ssh" && mount --bind ${keys} "$HOME/.ssh"`,
    ...(options.programs === undefined ? [] : await confine(directory, options.programs)),
    `exec ${dropbear}`,
  ].join(" && ");
  const child = spawn("unshare", ["-m", "sh", "-c", script], { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL");
    await ended;
    await rm(directory, { recursive: true, force: true });
  });
  await untilAccepting(port);
  return { host: "127.0.0.1", port, username: userInfo().username, keyFile, directory, log: () => log };
}

/** Hides all programs but the named ones from the sessions: they see a /usr/local/bin, /usr/bin… of links to copies. */
async function confine(directory: string, programs: readonly string[]): Promise<readonly string[]> {
  const bin = join(directory, "bin");
  await mkdir(bin);
  for (const name of programs) await symlink(join("/proc/1/root", findProgram(name) ?? name), join(bin, name));
  return [];
}
