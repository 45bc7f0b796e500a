import { Readable, type Writable } from "node:stream";
import type { ExecOptions, ExecResult, TransferOptions, UploadOptions } from "../../sdk/communicator.ts";
import { BuildError, ConnectionLost } from "../../sdk/error.ts";
import { execOnLink } from "./exec.ts";
import { temporaryName } from "../guest-paths.ts";
import { receiveFile, scriptFailures, sendFile, settleFile, type ReceiveFile } from "./guest-scripts.ts";
import { drained } from "../drained.ts";
import { scpReceive, scpSend, type ScpExec } from "./scp.ts";
import { chunksOf, sftpDownload, sftpTransfer, sftpUpload } from "./sftp.ts";
import type { ReadyGuest } from "./wait-for-login.ts";

export type TransferMethod = "stream" | "sftp" | "scp";

/** A guest, and how files are copied to and from it. */
export interface FileTransfer {
  readonly guest: ReadyGuest;
  readonly method: TransferMethod;
}

/**
 * The best way to copy files this guest has. A stream through its shell comes first: one round trip per file and nothing
 * to install. SFTP serves guests whose commands are not read by a Bourne shell.
 */
export function fileTransfer(guest: ReadyGuest, forced: "scp" | "sftp" | undefined): FileTransfer {
  const best = guest.facts.posix ? "stream" : "sftp";
  return { guest, method: forced ?? best };
}

/** Copies one file to the guest. */
export async function uploadFile(
  { guest, method }: FileTransfer,
  source: Readable | Uint8Array,
  path: string,
  options: UploadOptions,
): Promise<void> {
  const { signal, mode = 0o644 } = options;
  const size = source instanceof Uint8Array ? source.byteLength : options.size;
  const counter = countBytes(options, size);
  if (method === "sftp") {
    const transfer = await sftpTransfer(guest.link, signal, counter.add);
    return sftpUpload(transfer, chunksOf(source), { path, mode });
  }
  const file: ReceiveFile = { path, mode, size, temporary: temporaryName() };
  const content = counted(source, counter.add);
  // The header of scp names the size first; without one the plain stream has to do.
  if (method === "scp" && size !== undefined) return uploadByScp(guest, { ...file, size }, content, signal);
  const stdin = Readable.from(content, { objectMode: false, highWaterMark: 1024 * 1024 });
  await runScript(guest, receiveFile(file), { signal, stdin, purpose: `write "${path}" in the machine` });
  if (size !== undefined) return;
  await runScript(guest, settleFile(file, counter.done()), { signal, purpose: `write "${path}" in the machine` });
}

async function uploadByScp(
  guest: ReadyGuest,
  file: ReceiveFile & { readonly size: number },
  source: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  const stderr = new ErrorOutput();
  const exec: ScpExec = (command, stdin, onStdout) =>
    execOnLink(guest.link, command, { signal, stdin, onStdout, onStderr: stderr.add });
  const command = receiveFile({ ...file, receiver: 'scp -t "$t"' });
  const result = await scpSend(exec, command, { name: file.temporary, mode: 0o600, size: file.size, source });
  check(result, `write "${file.path}" in the machine`, stderr);
}

/** Copies one file from the guest into `to`, which is not ended. */
export async function downloadFile(
  { guest, method }: FileTransfer,
  path: string,
  to: Writable,
  options: TransferOptions,
): Promise<void> {
  const { signal } = options;
  const counter = countBytes(options, undefined);
  if (method === "sftp") return sftpDownload(await sftpTransfer(guest.link, signal, counter.add), path, to);
  const purpose = `read "${path}" in the machine`;
  if (method === "scp") {
    const stderr = new ErrorOutput();
    const exec: ScpExec = (command, stdin, onStdout) =>
      execOnLink(guest.link, command, { signal, stdin, onStdout, onStderr: stderr.add });
    return check(await scpReceive(exec, path, to, counter.add), purpose, stderr);
  }
  const onStdout = (chunk: Buffer) => {
    counter.add(chunk.length);
    if (!to.write(chunk)) return drained(to);
  };
  await runScript(guest, sendFile(path), { signal, onStdout, purpose });
}

export interface ScriptOptions extends Omit<ExecOptions, "onStderr"> {
  /** Completes "Could not …". */
  readonly purpose: string;
}

/** Runs one of our own scripts in the guest. Rejects where it fails, with what it says on standard error. */
export async function runScript(
  guest: ReadyGuest,
  script: string,
  { purpose, ...options }: ScriptOptions,
): Promise<void> {
  const stderr = new ErrorOutput();
  const result = await execOnLink(guest.link, script, { ...options, onStderr: stderr.add });
  check(result, purpose, stderr);
}

/** Turns the end of a script into an error where it is one. */
export function check(result: ExecResult, purpose: string, stderr: ErrorOutput): void {
  if (result.kind === "disconnect") {
    throw new ConnectionLost(`Could not ${purpose}: the connection was lost (${result.reason})`);
  }
  if (result.kind === "signal") throw new BuildError(`Could not ${purpose}: it was killed by ${result.signal}`);
  if (result.code === 0) return;
  const why = scriptFailures[result.code] ?? (stderr.text() || `exit status ${result.code}`);
  throw new BuildError(`Could not ${purpose}: ${why}`, { hint: hints[result.code] });
}

const hints: Readonly<Record<number, string>> = {
  91: "To copy into that directory, end the destination with a slash.",
  92: "Make the directory first, for example with a shell provisioner.",
};

/** The first lines of standard error, for an error message. */
export class ErrorOutput {
  #text = "";
  readonly add = (chunk: Buffer): void => {
    if (this.#text.length < 2000) this.#text += chunk.toString("utf8");
  };

  text(): string {
    const lines = this.#text.trim().split("\n").slice(0, 3);
    return lines.join("; ").slice(0, 400);
  }
}

interface ByteCounter {
  readonly add: (count: number) => void;
  done(): number;
}

export function countBytes(options: TransferOptions, total: number | undefined): ByteCounter {
  let done = 0;
  return {
    add: (count) => {
      done += count;
      options.onProgress?.(done, total);
    },
    done: () => done,
  };
}

async function* counted(source: Readable | Uint8Array, onBytes: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunksOf(source)) {
    onBytes(chunk.length);
    yield chunk;
  }
}
