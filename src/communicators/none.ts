import type { Communicator } from "../sdk/communicator.ts";
import { BuildError } from "../sdk/error.ts";

/** Stands where `communicator = "none"`: there is no way into the machine, and every attempt says so. */
export function createNoneCommunicator(): Communicator {
  const refuse = (what: string) => () =>
    Promise.reject(
      new BuildError(`Cannot ${what}: this build has communicator = "none"`, {
        hint: 'Set communicator = "ssh" (or "winrm", for Windows) in the source, or leave out the provisioners that work in the machine.',
      }),
    );
  return {
    address: "none",
    exec: refuse("run a command in the machine"),
    upload: refuse("copy a file to the machine"),
    uploadDir: refuse("copy a directory to the machine"),
    download: refuse("copy a file from the machine"),
    downloadDir: refuse("copy a directory from the machine"),
    close: () => Promise.resolve(),
  };
}
