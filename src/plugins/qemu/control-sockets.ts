import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { BuildError } from "../../sdk/error.ts";

/** Paths of the sockets through which a machine is controlled. QEMU serves one client at a time on each. */
export interface ControlSockets {
  /** What all of them start with. It holds the run id (as the private directory does) and marks QEMU as ours. */
  readonly mark: string;
  /** For the build itself. */
  readonly control: string;
  /** For `imgbuild screen`. */
  readonly screen: string;
  /** For the memory of a machine that goes on. */
  readonly memory: string;
  /** Between QEMU and swtpm. */
  readonly tpm: string;
}

/** The address of a Unix socket has room for 108 bytes on Linux and 104 elsewhere (sun_path), with a zero at the end. */
const LONGEST_SOCKET_PATH = 103;

/** Names for a machine's sockets in `directory`, which is private to the run. */
export function controlSockets(directory: string): ControlSockets {
  const mark = join(directory, `q${randomBytes(3).toString("hex")}`);
  const named = (ending: string): string => `${mark}.${ending}`;
  const sockets = { mark, control: named("qmp"), screen: named("scr"), memory: named("mem"), tpm: named("tpm") };
  if (Buffer.byteLength(sockets.control) > LONGEST_SOCKET_PATH) {
    throw new BuildError(`The temporary directory has too long a path for QEMU's control socket: ${sockets.control}`, {
      hint: "Set TMPDIR to a directory with a shorter path.",
    });
  }
  return sockets;
}
