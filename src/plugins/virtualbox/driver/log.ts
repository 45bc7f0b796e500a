import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What VirtualBox has logged since the machine was started; empty if there is no log. */
export async function readLog(folder: string | undefined): Promise<string> {
  if (folder === undefined) return "";
  return readFile(join(folder, "VBox.log"), "utf8").catch(() => "");
}

/**
 * Whether VirtualBox could not listen on a port that is to be forwarded. It then runs the machine without the forwarding,
 * and says so in the log only.
 */
export function saysPortIsTaken(log: string, port: number): boolean {
  return log.includes(`failed to set up redirection of ${port} to`);
}
