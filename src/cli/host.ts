import { homedir } from "node:os";
import type { Host } from "../sdk/host.ts";

export function createHost(process: NodeJS.Process): Host {
  return {
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    homeDir: homedir(),
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    // Node opens a stream, which takes milliseconds, when it is first accessed.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    pid: process.pid,
  };
}
