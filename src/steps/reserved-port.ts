import { join } from "node:path";
import { NoFreePortError, reservePort, type PortRange } from "../lib/ports.ts";
import { BuildError } from "../sdk/error.ts";
import type { Run } from "../sdk/run.ts";

/** Where processes of one user tell each other which ports they have taken. */
export function portLockDirectory(run: Pick<Run, "directories">): string {
  return join(run.directories.cache, "port");
}

/**
 * Reserves a host port for the rest of the build; no other run will be given it. `what` completes "for": `SSH`, `VNC`.
 * `taken` are ports that turned out to be unusable (a program that does not know our locks may take one at any time).
 */
export async function reservePortFor(
  run: Run,
  what: string,
  range: PortRange,
  host = "127.0.0.1",
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  return run.step(`reserve port for ${what}`, async ({ signal, onCleanup }) => {
    try {
      const options = { range, host, lockDirectory: portLockDirectory(run), exclude: taken, signal };
      const reserved = await reservePort(options);
      onCleanup(`release port ${reserved.port}`, () => reserved.release());
      run.debug("port", `reserved ${host}:${reserved.port} for ${what}`);
      return reserved.port;
    } catch (error) {
      if (!(error instanceof NoFreePortError)) throw error;
      throw new BuildError(`${error.message}, and ${what} needs one`, {
        cause: error,
        hint: "Widen the range of ports, or end what uses them.",
      });
    }
  });
}
