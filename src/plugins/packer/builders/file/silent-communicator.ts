import { Readable } from "node:stream";
import type { Communicator } from "../../../../sdk/communicator.ts";

/**
 * There is no guest behind a file: every command succeeds and prints nothing, every upload is discarded, every download
 * is empty. A template's provisioners can so be tried without a machine, as in Packer.
 */
export function createSilentCommunicator(): Communicator {
  const nothing = () => Promise.resolve();
  return {
    address: "nowhere",
    exec: () => Promise.resolve({ kind: "exit", code: 0 }),
    upload: async (source, _path, { signal }) => {
      if (!(source instanceof Readable)) return;
      for await (const _chunk of source) signal.throwIfAborted();
    },
    uploadDir: nothing,
    download: nothing,
    downloadDir: nothing,
    close: nothing,
  };
}
