import { PassThrough, Readable, type Writable } from "node:stream";
import type { ExecResult, TransferOptions, UploadOptions } from "../../sdk/communicator.ts";
import { BuildError, ConnectionLost } from "../../sdk/error.ts";
import { execOnLink } from "./exec.ts";
import { temporaryName } from "../guest-paths.ts";
import { receiveFile, scriptFailures, sendFile, settleFile, type ReceiveFile } from "./guest-scripts.ts";
import { drained } from "../drained.ts";
import { scpReceive, scpSend, type ScpExec } from "./scp.ts";
import { chunksOf, sftpDownload, sftpTransfer, sftpUpload } from "./sftp.ts";
import type { ReadyGuest } from "./wait-for-login.ts";

export type TransferMethod = "stream" | "sftp" | "scp";

/**
 * The best way to copy files this guest has. A stream through its shell comes first: one round trip per file and nothing
 * to install. SFTP serves guests whose commands are not read by a Bourne shell.
 */
export function transferMethod({ facts }: ReadyGuest, forced: "scp" | "sftp" | undefined): TransferMethod {
  return forced ?? (facts.posix ? "stream" : "sftp");
}

/** Copies one file to the guest. */
export async function uploadFile(
  guest: ReadyGuest,
  method: TransferMethod,
  source: Readable | Uint8Array,
  path: string,
  options: UploadOptions,
): Promise<void> {
  const size = source instanceof Uint8Array ? source.byteLength : options.size;
  const counter = countBytes(options, size);
  if (method === "sftp") {
    return sftpUpload(await sftpTransfer(guest.link, options.signal, counter.add), chunksOf(source), {
      path,
      mode: options.mode ?? 0o644,
    });
  }
  const file: ReceiveFile = { path, mode: options.mode ?? 0o644, size, temporary: temporaryName() };
  // The header of scp names the size first; without one the plain stream has to do.
  if (method === "scp" && size !== undefined)
    return uploadByScp(guest, { ...file, size }, counted(source, counter.add), options);
  const stderr = new Message();
  const stdin = Readable.from(counted(source, counter.add), { objectMode: false, highWaterMark: 1024 * 1024 });
  const { signal } = options;
  const result = await execOnLink(guest.link, receiveFile(file), { signal, stdin, onStderr: stderr.add });
  check(result, `write "${path}" in the machine`, stderr);
  if (size !== undefined) return;
  const settled = await execOnLink(guest.link, settleFile(file, counter.done()), { signal, onStderr: stderr.add });
  check(settled, `write "${path}" in the machine`, stderr);
}

async function uploadByScp(
  guest: ReadyGuest,
  file: ReceiveFile & { readonly size: number },
  source: AsyncIterable<Buffer>,
  { signal }: UploadOptions,
): Promise<void> {
  const stderr = new Message();
  const exec: ScpExec = (command, stdin, onStdout) =>
    execOnLink(guest.link, command, { signal, stdin, onStdout, onStderr: stderr.add });
  const command = receiveFile({ ...file, receiver: 'scp -t "$t"' });
  const result = await scpSend(exec, command, { name: file.temporary, mode: 0o600, size: file.size, source });
  check(result, `write "${file.path}" in the machine`, stderr);
}

/** Copies one file from the guest into `to`, which is not ended. */
export async function downloadFile(
  guest: ReadyGuest,
  method: TransferMethod,
  path: string,
  to: Writable,
  options: TransferOptions,
): Promise<void> {
  const { signal } = options;
  const counter = countBytes(options, undefined);
  if (method === "sftp") {
    return sftpDownload(await sftpTransfer(guest.link, signal, counter.add), path, to);
  }
  const stderr = new Message();
  if (method === "scp") {
    const exec: ScpExec = (command, stdin, onStdout) =>
      execOnLink(guest.link, command, { signal, stdin, onStdout, onStderr: stderr.add });
    return check(await scpReceive(exec, path, to, counter.add), `read "${path}" in the machine`, stderr);
  }
  const onStdout = (chunk: Buffer) => {
    counter.add(chunk.length);
    return to.write(chunk) ? undefined : drained(to);
  };
  const result = await execOnLink(guest.link, sendFile(path), { signal, onStdout, onStderr: stderr.add });
  check(result, `read "${path}" in the machine`, stderr);
}

/** Turns the end of one of our own scripts into an error where it is one. */
export function check(result: ExecResult, what: string, stderr: Message): void {
  if (result.kind === "exit" && result.code === 0) return;
  if (result.kind === "disconnect")
    throw new ConnectionLost(`Could not ${what}: the connection was lost (${result.reason})`);
  const own = result.kind === "exit" ? scriptFailures[result.code] : `it was killed by ${result.signal}`;
  const why = own ?? (stderr.text() || `exit status ${result.kind === "exit" ? result.code : "unknown"}`);
  const hint =
    result.kind === "exit" && result.code === 92
      ? "Make the directory first, for example with a shell provisioner."
      : undefined;
  throw new BuildError(`Could not ${what}: ${why}`, { hint });
}

/** The first lines of stderr, for an error message. */
export class Message {
  #text = "";
  readonly add = (chunk: Buffer): void => {
    if (this.#text.length < 2000) this.#text += chunk.toString("utf8");
  };

  text(): string {
    return this.#text.trim().split("\n").slice(0, 3).join("; ").slice(0, 400);
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

/** A stream somebody writes to and somebody else reads. */
export function createPipe(): PassThrough {
  return new PassThrough({ highWaterMark: 1024 * 1024 });
}
