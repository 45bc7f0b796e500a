import { execFileSync, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { findProgram } from "./need.ts";
import { freePort, untilAccepting } from "./free-port.ts";
import { hashPassword, keygen, type TestSshd } from "./sshd.ts";

export interface DropbearOptions {
  /** Busybox applets the guest has besides the usual ones. */
  readonly tools: readonly string[];
  /** Accept this password, too. */
  readonly password?: string;
}

const USUAL =
  "[ cat chmod chown cp cut dd dirname echo env false find grep head id kill ls mkdir mktemp mv nohup printf ps readlink rm sed sleep sort stat tail tee test touch tr true umask uname wc".split(
    " ",
  );

/**
 * A real dropbear on loopback whose user has busybox and nothing else, as in small guests: no SFTP, no scp. It sees a
 * home, a shell and a PATH of its own through private mounts, which takes root.
 */
export async function createDropbear(
  options: DropbearOptions,
): Promise<Pick<TestSshd, "host" | "port" | "username" | "keyFile" | "directory" | "log">> {
  const directory = await mkdtemp(join(tmpdir(), "imgbuild-dropbear-"));
  await chmod(directory, 0o755);
  const [port, keyFile] = [await freePort(), join(directory, "user_key")];
  keygen(keyFile);
  execFileSync("dropbearkey", ["-t", "ed25519", "-f", join(directory, "host_key")], { stdio: "ignore" });
  await furnishHome(directory, keyFile, options);
  const dropbear = `${findProgram("dropbear") ?? "dropbear"} -F -E -e -r ${directory}/host_key -p 127.0.0.1:${port} -P ${directory}/pid`;
  const script = [
    `mount --bind ${directory}/passwd /etc/passwd`,
    `mount --bind ${directory}/shadow /etc/shadow`,
    `mount --bind ${directory}/shells /etc/shells`,
    // This computer's OpenSSH lends dropbear no SFTP.
    "for f in /usr/lib/sftp-server /usr/lib/openssh/sftp-server /usr/libexec/sftp-server; do [ ! -e $f ] || mount --bind /dev/null $f; done",
    `exec env -i PATH=${directory}/bin ${dropbear}`,
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

async function furnishHome(directory: string, keyFile: string, { tools, password }: DropbearOptions): Promise<void> {
  const [home, bin] = [join(directory, "home"), join(directory, "bin")];
  await mkdir(join(home, ".ssh"), { recursive: true, mode: 0o700 });
  await writeFile(join(home, ".ssh/authorized_keys"), await readFile(`${keyFile}.pub`), { mode: 0o600 });
  await mkdir(bin);
  const busybox = findProgram("busybox") ?? "/bin/busybox";
  for (const applet of [...USUAL, ...tools]) await symlink(busybox, join(bin, applet));
  // Busybox's own shell knows all applets, linked or not; dash knows what is there.
  await symlink(findProgram("dash") ?? "/bin/sh", join(bin, "sh"));
  // Dropbear gives sessions a PATH of its own, so the shell that starts them sets it right.
  const shell = join(directory, "shell");
  await writeFile(shell, `#!${bin}/sh\nPATH=${bin}; export PATH\nexec ${bin}/sh "$@"\n`, { mode: 0o755 });
  const { username } = userInfo();
  const passwd = (await readFile("/etc/passwd", "utf8"))
    .split("\n")
    .map((line) => (line.startsWith(`${username}:`) ? `${username}:x:0:0::${home}:${shell}` : line));
  await writeFile(join(directory, "passwd"), passwd.join("\n"));
  await writeFile(join(directory, "shells"), `${shell}\n`);
  const hash = password === undefined ? "*" : hashPassword(password);
  await writeFile(join(directory, "shadow"), `${username}:${hash}:19000:0:99999:7:::\n`, { mode: 0o600 });
}
