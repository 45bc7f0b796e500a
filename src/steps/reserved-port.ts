import { join } from "node:path";
import { NoFreePortError, reservePort, type PortRange } from "../lib/ports.ts";
import { BuildError } from "../sdk/error.ts";
import type { Run } from "../sdk/run.ts";

/** Where processes of one user tell each other which ports they have taken. */
export function portLockDirectory(run: Pick<Run, "directories">): string {
  return join(run.directories.cache, "port");
}

export interface PortRequest extends PortRange {
  /** The address it will be used on. Default: loopback. */
  readonly host?: string | undefined;
  /** Ports that turned out to be unusable: a program that does not know our locks may take one at any time. */
  readonly taken?: ReadonlySet<number> | undefined;
}

/** Reserves a host port for the rest of the build; no other run will be given it. `what` completes "for": `SSH`, `VNC`. */
export async function reservePortFor(run: Run, what: string, request: PortRequest): Promise<number> {
  const { host = "127.0.0.1", taken: exclude = new Set(), ...range } = request;
  return run.step(`reserve port for ${what}`, async ({ signal, onCleanup }) => {
    try {
      const reserved = await reservePort({ range, host, lockDirectory: portLockDirectory(run), exclude, signal });
      onCleanup(`release port ${reserved.port}`, () => reserved.release());
      run.debug("port", `reserved ${host}:${reserved.port} for ${what}`);
      return reserved.port;
    } catch (error) {
      if (!(error instanceof NoFreePortError)) throw error;
      const hint = "Widen the range of ports, or end what uses them.";
      throw new BuildError(`${error.message}, and ${what} needs one`, { cause: error, hint });
    }
  });
}
