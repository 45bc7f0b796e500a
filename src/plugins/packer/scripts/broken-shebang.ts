import { open } from "node:fs/promises";
import type { Run } from "../../../sdk/run.ts";

/** Longer first lines are no `#!` that a kernel would read. */
const LONGEST_SHEBANG = 256;

/** Warns of a script whose first line no Unix system understands, though it looks right. */
export function warnOfBrokenShebang(run: Pick<Run, "warn">, name: string, content: Buffer): void {
  const head = content.toString("latin1", 0, LONGEST_SHEBANG);
  for (const { form, problem, command } of faults) {
    if (form.test(head))
      run.warn(`${name} is a script with ${problem} It stays as it is. To convert it:\n    ${command} ${name}`);
  }
}

/** Of the bytes a file begins with, each as one character. */
const faults = [
  {
    form: /^(?:\xef\xbb\xbf)?#![^\n]*\r\n/,
    problem:
      'Windows line ends (CRLF): its first line names a program that ends in a carriage return, which is "not found".',
    command: "sed -i 's/\\r$//'",
  },
  {
    form: /^\xef\xbb\xbf#!/,
    problem:
      "a byte order mark: it does not begin with #!, so another shell than the one it names may run it, or none.",
    command: "sed -i '1s/^\\xEF\\xBB\\xBF//'",
  },
] as const;

/** The same, for a file on this computer. One that cannot be read is for its user to tell. */
export async function warnOfBrokenShebangIn(run: Pick<Run, "warn">, name: string, path: string): Promise<void> {
  const head = await headOf(path);
  if (head) warnOfBrokenShebang(run, name, head);
}

/** What a file begins with, as far as a kernel would look for `#!`; undefined where it cannot be read. */
export async function headOf(path: string): Promise<Buffer | undefined> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const head = Buffer.alloc(LONGEST_SHEBANG);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } catch {
    // A directory, for one.
    return undefined;
  } finally {
    await file.close();
  }
}
