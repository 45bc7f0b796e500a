import { constants } from "node:os";
import type { Communicator, ExecOptions, ExecResult } from "../sdk/communicator.ts";
import { BuildError, ConnectionLost } from "../sdk/error.ts";
import { outputLines } from "./output-lines.ts";
import type { Run } from "../sdk/run.ts";

export interface GuestCommandResult {
  readonly result: ExecResult;
  readonly lastLine: string | undefined;
  readonly durationMs: number;
}

/** Runs a command in the guest and shows what it prints. */
export async function runGuestCommand(
  run: Run,
  communicator: Communicator,
  command: string,
  options: Pick<ExecOptions, "stdin" | "pty" | "forLoginShell"> & { readonly signal?: AbortSignal } = {},
): Promise<GuestCommandResult> {
  const lines = outputLines(run);
  const started = performance.now();
  try {
    const { onStdout, onStderr } = lines;
    const result = await communicator.exec(command, { signal: run.signal, ...options, onStdout, onStderr });
    return { result, lastLine: lines.lastLine(), durationMs: performance.now() - started };
  } finally {
    lines.end();
  }
}

/** Runs a command in the guest silently and returns what it printed (at most 1 MiB of each stream). */
export async function askGuest(
  communicator: Communicator,
  command: string,
  options: Omit<ExecOptions, "onStdout" | "onStderr">,
): Promise<{ readonly result: ExecResult; readonly stdout: string; readonly stderr: string }> {
  const stdout = new Head();
  const stderr = new Head();
  const result = await communicator.exec(command, {
    ...options,
    onStdout: (chunk) => stdout.add(chunk),
    onStderr: (chunk) => stderr.add(chunk),
  });
  return { result, stdout: stdout.text(), stderr: stderr.text() };
}

/** Why a command is a failure, as a BuildError; `what` begins the sentence: `The script "x.sh"`. */
export function commandFailure(what: string, { result, lastLine, durationMs }: GuestCommandResult): BuildError {
  const seconds = (durationMs / 1000).toFixed(1);
  const last = lastLine === undefined ? "it printed nothing" : `its last line of output was "${lastLine}"`;
  switch (result.kind) {
    case "exit": {
      const { code } = result;
      const summary = `${what} ended with exit status ${code}${killedBy(code)} after ${seconds} s; ${last}`;
      return new BuildError(summary, { hint: exitHints[code] });
    }
    case "signal": {
      const summary = `${what} was killed by ${result.signal} after ${seconds} s; ${last}`;
      return new BuildError(summary, { hint: signalHints[result.signal] });
    }
    case "disconnect": {
      const summary = `${what} lost the connection to the machine after ${seconds} s (${result.reason}); ${last}`;
      return new ConnectionLost(summary, { hint: DISCONNECT_HINT });
    }
  }
}

/** A shell gives 128 and the number of the signal for a program that was killed. */
function killedBy(code: number): string {
  const killer = Object.entries(constants.signals).find(([, number]) => number === code - 128);
  return killer ? ` (killed by ${killer[0]})` : "";
}

const signalHints: Readonly<Record<string, string>> = {
  SIGKILL: "SIGKILL often means the machine ran out of memory. Give it more memory.",
};

const DISCONNECT_HINT =
  "If the script restarts the machine or its network, set expect_disconnect = true, or use the reboot provisioner.";

const exitHints: Readonly<Record<number, string>> = {
  126: "Status 126 means the shell found the file but may not execute it: is /tmp mounted noexec? Set remote_folder to another directory.",
  127: "Status 127 means a command was not found. A script with Windows line ends or a missing interpreter gives this as well.",
  137: "Status 137 means SIGKILL, often because the machine ran out of memory. Give it more memory.",
};

/** The beginning of a stream. */
class Head {
  readonly #chunks: Buffer[] = [];
  #left = 1024 * 1024;

  add(chunk: Buffer): void {
    if (this.#left <= 0) return;
    this.#chunks.push(chunk.subarray(0, this.#left));
    this.#left -= chunk.length;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
