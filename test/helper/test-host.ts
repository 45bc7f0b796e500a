import type { Host } from "../../src/sdk/host.ts";

/** A host whose home, working directory, state and temporary files are all below `directory`. */
export function testHost(directory: string, env: Host["env"] = {}): Host {
  return {
    env: {
      PATH: process.env["PATH"],
      HOME: directory,
      TMPDIR: directory,
      IMGBUILD_STATE_DIR: `${directory}/state`,
      ...env,
    },
    cwd: directory,
    platform: process.platform,
    homeDir: directory,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    pid: process.pid,
  };
}
