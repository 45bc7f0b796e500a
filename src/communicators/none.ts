import type { Communicator } from "../sdk/communicator.ts";
import { BuildError } from "../sdk/error.ts";

/** For `communicator = "none"`: there is no connection to the machine, and every use says so. */
export function createNoneCommunicator(): Communicator {
  const refuse = (what: string) => () => {
    const hint =
      'Set communicator = "ssh" (or "winrm", for Windows) in the source, or leave out the provisioners that work in the machine.';
    return Promise.reject(new BuildError(`Cannot ${what}: this build has communicator = "none"`, { hint }));
  };
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
