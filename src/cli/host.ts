import { homedir } from "node:os";
import type { Host } from "../sdk/host.ts";

export function createHost(process: NodeJS.Process): Host {
  return {
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    homeDir: homedir(),
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    pid: process.pid,
  };
}
