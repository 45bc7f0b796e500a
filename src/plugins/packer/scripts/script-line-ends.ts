import { open } from "node:fs/promises";
import type { Run } from "../../../sdk/run.ts";

/** Longer first lines are no `#!` that a kernel would read. */
const LONGEST_SHEBANG = 256;

/** Warns of a script that no Unix system can run: the carriage return counts as part of the interpreter's name. */
export function warnOfWindowsLineEnds(run: Pick<Run, "warn">, name: string, content: Buffer): void {
  if (!/^#![^\n]*\r\n/.test(content.toString("latin1", 0, LONGEST_SHEBANG))) return;
  run.warn(
    `${name} is a script with Windows line ends (CRLF): its first line names a program that ends in a carriage return, which is "not found". It stays as it is. To convert it:\n    sed -i 's/\\r$//' ${name}`,
  );
}

/** The same, for a file on this computer. One that cannot be read is for its user to tell. */
export async function warnOfWindowsLineEndsIn(run: Pick<Run, "warn">, name: string, path: string): Promise<void> {
  const file = await open(path).catch(() => undefined);
  if (!file) return;
  try {
    const head = Buffer.alloc(LONGEST_SHEBANG);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    warnOfWindowsLineEnds(run, name, head.subarray(0, bytesRead));
  } catch {
    // A directory, for one.
  } finally {
    await file.close();
  }
}
