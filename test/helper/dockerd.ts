import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { findProgram } from "./need.ts";

/** A Docker daemon of the test's own, without any network; it ends with the test. */
export interface Dockerd {
  /** For programs that are to talk to this one. */
  readonly env: { readonly DOCKER_HOST: string; readonly DOCKER_CONFIG: string };
  /** Runs the client; what it prints. */
  docker(...args: readonly string[]): Promise<string>;
}

/** As root. */
export async function startDockerd(): Promise<Dockerd> {
  const place = await mkdtemp(join(tmpdir(), "imgbuild-docker-"));
  const socket = join(place, "socket");
  const env = { DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: place };
  await writeFile(join(place, "config.json"), "{}");
  const roots = [`--data-root=${join(place, "data")}`, `--exec-root=${join(place, "exec")}`];
  const alone = [
    "--bridge=none",
    "--iptables=false",
    "--ip6tables=false",
    `--config-file=${join(place, "config.json")}`,
  ];
  const own = [`--pidfile=${join(place, "pid")}`, `--host=${env.DOCKER_HOST}`];
  const daemon = spawn(findProgram("dockerd")!, [...roots, ...alone, ...own], { stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => stop(daemon, place));
  await untilListening(daemon);
  const docker = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)("docker", args, { env: { ...process.env, ...env } });
    return stdout.trim();
  };
  return { env, docker };
}

/** Makes an image of nothing but a static busybox, as `debian` is one of Debian. */
export async function importBusybox({ docker }: Dockerd, name: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "imgbuild-busybox-"));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const directory of ["bin", "etc", "tmp"]) await mkdir(join(root, directory));
  await copyFile(findProgram("busybox")!, join(root, "bin/busybox"));
  const { stdout } = await promisify(execFile)("busybox", ["--list"]);
  const applets = stdout.trim().split("\n");
  for (const applet of applets.filter((one) => one !== "busybox")) await symlink("busybox", join(root, "bin", applet));
  const archive = join(root, "root.tar");
  await promisify(execFile)("tar", ["-C", root, "-cf", archive, "bin", "etc", "tmp"]);
  await docker("import", archive, name);
}

const LISTENING = "API listen on";

function untilListening(daemon: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    daemon.stderr!.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes(LISTENING)) resolve();
    });
    daemon.once("error", reject);
    daemon.once("exit", () => reject(new Error(`dockerd has ended:\n${said.slice(-2000)}`)));
  });
}

/** With what it has mounted: it leaves some of that. */
async function stop(daemon: ChildProcess, place: string): Promise<void> {
  const ended = new Promise((resolve) => daemon.once("exit", resolve));
  if (daemon.exitCode === null && daemon.kill()) await ended;
  const mounts = await readFile("/proc/mounts", "utf8");
  const mounted = mounts.split("\n").map((line) => line.split(" ")[1] ?? "");
  const left = mounted.filter((path) => path.startsWith(`${place}/`)).toSorted();
  for (const path of left.toReversed()) await promisify(execFile)("umount", [path]);
  if (existsSync(place)) await rm(place, { recursive: true });
}
