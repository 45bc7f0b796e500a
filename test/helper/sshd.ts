import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort, untilAccepting } from "./free-port.ts";
import { findProgram } from "./need.ts";

/** A real OpenSSH server on loopback, with keys of its own, that lets the present user in. */
export interface TestSshd {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly username: string;
  /** File with the private key that is let in. */
  readonly keyFile: string;
  /** Directory for the test's own files; removed afterwards. */
  readonly directory: string;
  /** As `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  log(): string;
  /** Ends the server and its sessions. */
  stop(): Promise<void>;
  /** Starts it again on the same port, with a new host key where asked for. */
  start(options?: { readonly newHostKey?: boolean }): Promise<void>;
}

export interface SshdOptions {
  /** Further lines of sshd_config, before the usual ones (the first value counts). */
  readonly config?: readonly string[];
  /** `false`: the server is prepared, but not started. */
  readonly start?: boolean;
  readonly port?: number;
  /** Accept this password. Only as root (see `needsRoot`): the server then sees a shadow file of its own. */
  readonly password?: string;
  /** Ask for it through PAM, as `keyboard-interactive`. */
  readonly pam?: boolean;
  /** Let in a user who is not root, also where root runs the tests. */
  readonly ordinaryUser?: boolean;
  /** Login shell of the users. Only as root. */
  readonly shell?: string;
  /** Outside of a test: the caller ends the server. */
  readonly forBenchmark?: boolean;
  /** Where its files go; a fresh directory otherwise. */
  readonly directory?: string;
}

/** Call inside a test: the server ends with it. */
export async function createSshd(options: SshdOptions = {}): Promise<TestSshd> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), "imgbuild-sshd-")));
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
  await mkdir(join(directory, "home"), { recursive: true });
  const port = options.port ?? (await freePort());
  const keyFile = join(directory, "user_key");
  keygen(keyFile);
  await writeFile(join(directory, "authorized_keys"), await readFile(`${keyFile}.pub`));
  await makeHostKey(directory);
  const username = options.ordinaryUser === true && isRoot() ? ORDINARY.name : userInfo().username;
  if (username === ORDINARY.name) await chown(join(directory, "home"), ORDINARY.id, ORDINARY.id);
  await writeFile(join(directory, "sshd_config"), configuration(directory, port, options).join("\n"));
  let child: ChildProcess | undefined;
  let log = "";
  const stop = async () => {
    if (!child) return;
    const ended = new Promise((resolve) => child!.once("exit", resolve));
    if (child.exitCode === null && child.signalCode === null) {
      // Each session is a process group of its own.
      const sessions = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")).trim().split(" ");
      process.kill(-child.pid!, "SIGKILL");
      for (const pid of sessions.filter((text) => text !== "")) endGroup(Number(pid));
    }
    await ended;
    child = undefined;
  };
  const start = async ({ newHostKey = false } = {}) => {
    if (newHostKey) await makeHostKey(directory);
    child = await launch(directory, options);
    child.stderr!.on("data", (chunk: Buffer) => (log += chunk.toString()));
    const ended = new Promise<never>((_, reject) => {
      child!.once("exit", () => reject(new Error(`sshd has ended: ${log}`)));
    });
    ended.catch(() => {}); // That is how it ends when it has been of use, too.
    await Promise.race([untilAccepting(port), ended]);
  };
  if (options.forBenchmark !== true) {
    onTestFinished(async () => {
      await stop();
      await rm(directory, { recursive: true, force: true });
    });
  }
  if (options.start !== false) await start();
  const hostKey = (await readFile(join(directory, "host_key.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
  return {
    host: "127.0.0.1",
    port,
    username,
    keyFile,
    directory,
    hostKey,
    log: () => log,
    stop,
    start,
  };
}

function configuration(directory: string, port: number, options: SshdOptions): readonly string[] {
  return [
    ...(options.config ?? []),
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${directory}/host_key`,
    `AuthorizedKeysFile ${directory}/authorized_keys`,
    "PidFile none",
    "StrictModes no",
    `UsePAM ${options.pam === true ? "yes" : "no"}`,
    "PermitRootLogin yes",
    `PasswordAuthentication ${options.password === undefined || options.pam === true ? "no" : "yes"}`,
    `KbdInteractiveAuthentication ${options.pam === true ? "yes" : "no"}`,
    "Subsystem sftp internal-sftp",
    "LogLevel VERBOSE",
    "MaxStartups 100",
    // Never the real home of whoever runs the tests.
    `SetEnv HOME=${directory}/home`,
    "",
  ];
}

/** A user that exists only behind the server's own mounts. */
const ORDINARY = { name: "imgbuild-guest", id: 61_234 };

function isRoot(): boolean {
  return userInfo().uid === 0;
}

/**
 * As root the server runs behind a mount of its own, in which its users have an empty home, a plain shell and, where asked
 * for, a password; nothing of the real system changes. An ordinary user gets in with the real home.
 */
async function launch(directory: string, options: SshdOptions): Promise<ChildProcess> {
  const sshd = [findProgram("sshd") ?? "sshd", "-D", "-e", "-f", join(directory, "sshd_config")];
  const stdio = ["ignore", "ignore", "pipe"] as const;
  if (!isRoot()) return spawn(sshd[0]!, sshd.slice(1), { detached: true, stdio: [...stdio] });
  const mounts = await privateAccounts(directory, options);
  const script = [...mounts, "mount -t tmpfs -o mode=755 tmpfs /run", "mkdir /run/sshd", `exec ${sshd.join(" ")}`].join(
    " && ",
  );
  return spawn("unshare", ["-m", "sh", "-c", script], { detached: true, stdio: [...stdio] });
}

async function privateAccounts(
  directory: string,
  { password, pam, shell = "/bin/sh" }: SshdOptions,
): Promise<readonly string[]> {
  const { username } = userInfo();
  const hash = password === undefined ? "*" : hashPassword(password);
  const others = (await readFile("/etc/passwd", "utf8")).split("\n").filter((line) => !line.startsWith(`${username}:`));
  const user = (name: string, id: number) => `${name}:x:${id}:${id}::${directory}/home:${shell}`;
  await writeFile(
    join(directory, "passwd"),
    [user(username, 0), user(ORDINARY.name, ORDINARY.id), ...others].join("\n"),
  );
  const shadow = [username, ORDINARY.name].map((name) => `${name}:${hash}:19000:0:99999:7:::\n`).join("");
  await writeFile(join(directory, "shadow"), `${shadow}sshd:!:19000::::::\n`, { mode: 0o600 });
  await writeFile(
    join(directory, "pam"),
    ["auth", "account", "session"].map((type) => `${type} required pam_unix.so\n`).join(""),
  );
  return [
    ...["passwd", "shadow"].map((name) => `mount --bind ${directory}/${name} /etc/${name}`),
    ...(pam === true ? [`mount --bind ${directory}/pam /etc/pam.d/sshd`] : []),
  ];
}

/** As `/etc/shadow` holds it. */
export function hashPassword(password: string): string {
  return execFileSync("openssl", ["passwd", "-6", password], { encoding: "utf8" }).trim();
}

async function makeHostKey(directory: string): Promise<void> {
  const path = join(directory, "host_key");
  await Promise.all([rm(path, { force: true }), rm(`${path}.pub`, { force: true })]);
  keygen(path);
}

export function keygen(path: string, ...args: readonly string[]): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "imgbuild-test", ...args, "-f", path]);
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already, or leads no group.
  }
}
