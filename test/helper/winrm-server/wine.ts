import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Program } from "./command.ts";

/** A wine prefix with a drive C, made once in the user's cache (a few seconds, 700 MB). */
export function winePrefix(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const prefix = join(cache, "imgbuild-test", "wine-1");
  if (existsSync(prefix)) return prefix;
  mkdirSync(join(cache, "imgbuild-test"), { recursive: true });
  const making = `${prefix}-${randomBytes(4).toString("hex")}`;
  execFileSync("wine", ["wineboot", "-i"], { env: wineEnvironment(making), stdio: "ignore", timeout: 120_000 });
  execFileSync("wineserver", ["-w"], { env: wineEnvironment(making), stdio: "ignore", timeout: 60_000 });
  if (existsSync(prefix)) rmSync(making, { recursive: true });
  else renameSync(making, prefix);
  return prefix;
}

function wineEnvironment(prefix: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  const quiet = { WINEDEBUG: "-all", WINEDLLOVERRIDES: "mscoree,mshtml=", LC_ALL: "C.UTF-8" };
  return { PATH, HOME: process.env["HOME"], ...more, ...quiet, WINEPREFIX: prefix };
}

/**
 * Keeps wine's own services up, until the returned function is called. Otherwise the first command starts them, they hold
 * its output open, and each command takes seconds to end.
 */
export async function keepWineUp(prefix: string): Promise<() => Promise<void>> {
  const child = spawn("wine", ["cmd"], { env: wineEnvironment(prefix), stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()).once("end", () => resolve()));
  child.stdout.resume();
  return () => {
    child.stdin.end();
    return ended;
  };
}

export interface WineOptions {
  readonly prefix: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Runs a command line by wine's cmd.exe. As a batch file, for wine cannot be given a command line with quotes as it
 * stands.
 */
export function wineCmd(command: string, { prefix, environment }: WineOptions): Program {
  const name = `wine-${randomBytes(6).toString("hex")}.bat`;
  const directory = join(prefix, "drive_c", "windows", "temp");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  writeFileSync(file, `@echo off\r\n${command}\r\n`);
  const cwd = join(prefix, "drive_c", "users");
  const child = spawn("wine", ["cmd", "/c", `c:\\windows\\temp\\${name}`], {
    cwd,
    env: wineEnvironment(prefix, environment),
    detached: true,
  });
  const exit = new Promise<number>((resolve) => {
    child.once("error", () => resolve(9009));
    child.once("exit", (code) => {
      rmSync(file, { force: true });
      resolve(code ?? 1);
    });
  });
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exit, kill: () => endGroup(child.pid) };
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
