import { PassThrough, Readable } from "node:stream";
import type { Communicator, ExecOptions } from "../../../src/sdk/communicator.ts";
import type { GuestCommand } from "./wire-session.ts";

/** A communicator that notes what each command is given and answers. */
export function recordGuest(inner: Communicator, commands: GuestCommand[]): Communicator {
  return {
    ...inner,
    exec: async (command, options) => {
      const index = commands.push({ command, stdin: "", stdout: "", stderr: "", code: 0 }) - 1;
      const [stdin, stdout, stderr]: [Buffer[], Buffer[], Buffer[]] = [[], [], []];
      const input = options.stdin instanceof Readable ? options.stdin.pipe(new PassThrough()) : options.stdin;
      if (options.stdin instanceof Readable) options.stdin.on("data", (chunk: Buffer) => void stdin.push(chunk));
      const note = (pieces: Buffer[], on: ExecOptions["onStdout"]) => (chunk: Buffer) => {
        pieces.push(chunk);
        return on?.(chunk);
      };
      const result = await inner.exec(command, {
        ...options,
        stdin: input,
        onStdout: note(stdout, options.onStdout),
        onStderr: note(stderr, options.onStderr),
      });
      const text = (pieces: readonly Buffer[]): string => Buffer.concat(pieces).toString("utf8");
      const code = result.kind === "exit" ? result.code : -1;
      commands[index] = { command, stdin: text(stdin), stdout: text(stdout), stderr: text(stderr), code };
      return result;
    },
  };
}

/** A guest that answers as was recorded; to anything else it says that it was not. */
export function replayGuest(commands: readonly GuestCommand[]): Communicator {
  const left = [...commands];
  const notRecorded = (): never => {
    throw new Error("This was not recorded");
  };
  return {
    address: "recorded",
    exec: async (command, { stdin, onStdout, onStderr }) => {
      const index = left.findIndex((recorded) => recorded.command === command);
      if (index === -1) throw new Error(`The command was not recorded: ${command}`);
      const [{ stdin: wanted, stdout, stderr, code }] = left.splice(index, 1) as [GuestCommand];
      if (stdin instanceof Readable && wanted !== "") await untilGiven(stdin, wanted);
      if (stdout !== "") await onStdout?.(Buffer.from(stdout));
      if (stderr !== "") await onStderr?.(Buffer.from(stderr));
      return { kind: "exit", code };
    },
    upload: notRecorded,
    download: notRecorded,
    uploadDir: notRecorded,
    downloadDir: notRecorded,
    close: () => Promise.resolve(),
  };
}

async function untilGiven(stdin: Readable, wanted: string): Promise<void> {
  let given = "";
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    given += chunk.toString("utf8");
    if (given.length >= wanted.length) return;
  }
}
