import type { Communicator } from "../communicator.ts";

/** Whether commands are read by a shell of Windows. */
export function isWindows({ shell }: Pick<Communicator, "shell">): boolean {
  return shell === "cmd" || shell === "powershell";
}
