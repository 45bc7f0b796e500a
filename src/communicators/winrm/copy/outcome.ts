import type { ExecResult } from "../../../sdk/communicator.ts";
import { BuildError, ConnectionLost } from "../../../sdk/error.ts";
import { NO_PROGRAM } from "../../../sdk/windows/powershell.ts";
import { failures } from "../guest/common.ts";

/** What the guest said on standard error: its end. */
export interface Message {
  readonly add: (chunk: Buffer) => void;
  readonly text: () => string;
}

const LONGEST_MESSAGE = 4096;

export function createMessage(): Message {
  let said = "";
  return {
    add: (chunk) => void (said = (said + chunk.toString("utf8")).slice(-LONGEST_MESSAGE)),
    text: () => said.replace(/\s+/g, " ").trim(),
  };
}

/** Exit status 0, or an error that says what went wrong. */
export function checkTransfer(result: ExecResult, what: string, stderr: Message): void {
  if (result.kind === "exit" && result.code === 0) return;
  if (result.kind === "disconnect") {
    throw new ConnectionLost(`Could not ${what}: the connection was lost (${result.reason})`);
  }
  const code = result.kind === "exit" ? result.code : undefined;
  if (code === failures.incomplete || code === NO_PROGRAM)
    throw new ConnectionLost(`Could not ${what}: it arrived incomplete`);
  const why = code === undefined ? "it was ended" : (words[code] ?? otherReason(stderr, code));
  throw new BuildError(`Could not ${what}: ${why}`, { hint: hintFor(stderr.text()) });
}

const words: Readonly<Record<number, string>> = {
  [failures.directory]: "there is a directory of that name",
  [failures.missing]: "there is nothing of that name",
  [failures.file]: "there is a file of that name",
  9009: "the machine has no PowerShell",
};

function otherReason(stderr: Message, code: number): string {
  const said = stderr.text();
  return said === "" ? `exit status ${code}` : said;
}

function hintFor(said: string): string | undefined {
  if (/access.*denied|UnauthorizedAccess/i.test(said)) {
    return "The user may not write there. Copy to a directory of the user's own, or log in as an administrator.";
  }
  return /not enough space|disk full/i.test(said) ? "The machine's disk is full. Give it a larger one." : undefined;
}
