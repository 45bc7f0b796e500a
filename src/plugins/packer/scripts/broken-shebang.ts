import { resolve } from "node:path";
import { readPart } from "../../../lib/read-at.ts";
import { shellQuote } from "../../../lib/shell-quote.ts";
import type { Run } from "../../../sdk/run.ts";
import { warning } from "../../../sdk/schema/rules.ts";
import type { ConfigIssue } from "../../../sdk/schema/schema.ts";

/** Longer first lines are no `#!` that a kernel would read. */
const LONGEST_SHEBANG = 256;

/** Warns of a script whose first line no Unix system understands, though it looks right. */
export function warnOfBrokenShebang(run: Pick<Run, "warn">, name: string, content: Buffer): void {
  for (const fault of faultsOf(name, content)) run.warn(fault);
}

/** For `checkFiles`: the same of the named files (argument path, file), as far as they can be read. */
export async function brokenShebangs(
  files: readonly (readonly [ConfigIssue["path"], string])[],
  work: string,
): Promise<readonly ConfigIssue[]> {
  const issues = await Promise.all(
    files.map(async ([path, file]) => {
      const head = await headOf(resolve(work, file));
      const found = head === undefined ? [] : faultsOf(file, head);
      return found.map((fault) => ({ ...warning("broken-shebang", path, "Broken script", fault), saidByRun: true }));
    }),
  );
  return issues.flat();
}

function faultsOf(name: string, content: Buffer): readonly string[] {
  const head = content.toString("latin1", 0, LONGEST_SHEBANG);
  const found = faults.filter(({ form }) => form.test(head));
  return found.map(
    ({ problem, command }) =>
      `${name} is a script with ${problem} It stays as it is. To convert it:\n    ${command} ${shellQuote(name)}`,
  );
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
export function headOf(path: string): Promise<Buffer | undefined> {
  // A directory, for one.
  return readPart(path, 0, LONGEST_SHEBANG).catch(() => undefined);
}
