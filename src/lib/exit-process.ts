import { closeSync, fstatSync } from "node:fs";
import { isatty } from "node:tty";

/**
 * Ends the process with this status, also where its terminal is gone: Node sets a terminal back as it was when it ends, and
 * aborts where that fails, so such a standard stream is closed before.
 */
export function exitProcess(process: Pick<NodeJS.Process, "exit">, code: number): never {
  for (const fd of [0, 1, 2]) if (isGone(fd)) closeSync(fd);
  return process.exit(code);
}

/** A terminal that hung up is a device still, but does not answer as one. */
function isGone(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && !isatty(fd);
  } catch {
    return false;
  }
}
