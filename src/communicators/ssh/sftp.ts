import { setMaxListeners } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import { BuildError } from "../../sdk/error.ts";
import { drained } from "../drained.ts";
import { guestDirname, joinGuestPath, sftpPath, temporaryName } from "../guest-paths.ts";
import type { SshLink } from "./link.ts";

/** Requests in flight: 64 of up to 255 KiB fill 100 Mbit/s even at a round trip of a second. */
const IN_FLIGHT = 64;
const CHUNK = 255 * 1024;

const opened = new WeakMap<SshLink, Promise<SFTPWrapper>>();

/** SFTP on a connection, opened at first use. Rejects where the guest has none. */
function sftpOf(link: SshLink, signal: AbortSignal): Promise<SFTPWrapper> {
  const known = opened.get(link);
  if (known !== undefined) return known;
  link.channels.dropSpare();
  const open = link.ask<SFTPWrapper>("open SFTP", (answer) => link.client.sftp(answer), signal);
  opened.set(link, open);
  const forget = () => void opened.delete(link);
  // It ends with the commands of a build that is cancelled.
  open.then((sftp) => sftp.once("close", forget), forget);
  return open;
}

/** A copy by SFTP on a connection. */
export async function sftpTransfer(
  link: SshLink,
  signal: AbortSignal,
  onBytes: (count: number) => void = () => {},
): Promise<SftpTransfer> {
  const sftp = await sftpOf(link, signal);
  // Every request in flight listens for the end of the run.
  const shared = AbortSignal.any([signal]);
  setMaxListeners(0, shared);
  return { link, sftp, signal: shared, onBytes };
}

export interface SftpTransfer {
  readonly link: SshLink;
  readonly sftp: SFTPWrapper;
  readonly signal: AbortSignal;
  readonly onBytes: (count: number) => void;
}

/** Writes a stream to a temporary name, checks the size, renames. */
export async function sftpUpload(
  transfer: SftpTransfer,
  source: AsyncIterable<Buffer>,
  { path, mode }: { readonly path: string; readonly mode: number },
): Promise<void> {
  const target = sftpPath(path);
  const temporary = joinGuestPath(guestDirname(target), temporaryName());
  const { ask } = asker(transfer);
  if ((await statOrNothing(transfer, target))?.isDirectory()) {
    throw new BuildError(`Could not write "${path}" in the machine: there is a directory of that name`, {
      hint: "To copy into that directory, end the destination with a slash.",
    });
  }
  const handle = await ask<Buffer>(`create ${temporary}`, (sftp, answer) => sftp.open(temporary, "wx", 0o600, answer));
  try {
    const written = await writeAll(transfer, handle, source);
    const stats = await ask<Stats>(`look at ${temporary}`, (sftp, answer) => sftp.fstat(handle, answer));
    if (stats.size !== written) throw new BuildError(`"${path}" arrived incomplete: ${stats.size} of ${written} bytes`);
    await ask<void>("set its mode", (sftp, answer) => sftp.fsetstat(handle, { mode }, answer));
    await ask<void>("close it", (sftp, answer) => sftp.close(handle, answer));
    await replace(transfer, temporary, target);
  } catch (error) {
    transfer.sftp.unlink(temporary, () => {});
    throw error;
  }
}

async function writeAll(transfer: SftpTransfer, handle: Buffer, source: AsyncIterable<Buffer>): Promise<number> {
  const flight = new Flight(transfer);
  let position = 0;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += CHUNK) {
      const piece = chunk.subarray(start, start + CHUNK);
      const at = position;
      position += piece.length;
      await flight.add((sftp, answer) =>
        sftp.write(handle, piece, 0, piece.length, at, (error) => {
          if (!error) transfer.onBytes(piece.length);
          answer(error);
        }),
      );
    }
  }
  await flight.landed();
  return position;
}

/** OpenSSH's rename replaces; plain SFTP renames only to a free name. */
async function replace(transfer: SftpTransfer, from: string, to: string): Promise<void> {
  const { ask } = asker(transfer);
  try {
    await ask<void>(`rename it to ${to}`, (sftp, answer) => sftp.ext_openssh_rename(from, to, answer));
  } catch (error) {
    if (!transfer.link.alive) throw error;
    await ask<void>("remove the old file", (sftp, answer) => sftp.unlink(to, answer)).catch(() => {});
    await ask<void>(`rename it to ${to}`, (sftp, answer) => sftp.rename(from, to, answer));
  }
}

/** Reads a file with many requests in flight and writes its bytes in order. */
export async function sftpDownload(transfer: SftpTransfer, path: string, to: Writable): Promise<void> {
  for await (const chunk of sftpRead(transfer, path)) {
    if (!to.write(chunk)) await drained(to);
  }
}

export async function* sftpRead(transfer: SftpTransfer, path: string): AsyncGenerator<Buffer> {
  const { ask } = asker(transfer);
  const source = sftpPath(path);
  const handle = await ask<Buffer>(`open ${path}`, (sftp, answer) => sftp.open(source, "r", answer));
  try {
    const { size } = await ask<Stats>(`look at ${path}`, (sftp, answer) => sftp.fstat(handle, answer));
    const pieces: Promise<Buffer>[] = [];
    let next = 0;
    for (let done = 0; done < size || pieces.length > 0;) {
      for (; next < size && pieces.length < IN_FLIGHT; next += CHUNK) {
        const piece = readPiece(transfer, handle, next, Math.min(CHUNK, size - next));
        piece.catch(() => {});
        pieces.push(piece);
      }
      const chunk = await pieces.shift()!;
      done += chunk.length;
      transfer.onBytes(chunk.length);
      yield chunk;
    }
  } finally {
    transfer.sftp.close(handle, () => {});
  }
}

/** A server may answer a read with fewer bytes than asked for. */
async function readPiece(transfer: SftpTransfer, handle: Buffer, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const got = await asker(transfer).ask<number>("read", (sftp, answer) =>
      sftp.read(handle, buffer, filled, length - filled, position + filled, (error, count) => answer(error, count)),
    );
    if (got === 0) throw new BuildError("The file in the machine became shorter while it was read");
    filled += got;
  }
  return buffer;
}

/** Makes directories, parents first; those that exist are left as they are. */
export async function sftpMakeDirectories(transfer: SftpTransfer, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const made = asker(transfer).ask<void>(`make the directory ${path}`, (sftp, answer) =>
      sftp.mkdir(sftpPath(path), answer),
    );
    await made.catch(async (error: unknown) => {
      if ((await statOrNothing(transfer, sftpPath(path)))?.isDirectory() !== true) throw error;
    });
  }
}

export function sftpList(transfer: SftpTransfer, path: string): Promise<readonly FileEntryWithStats[]> {
  return asker(transfer).ask<FileEntryWithStats[]>(`list ${path}`, (sftp, answer) =>
    sftp.readdir(sftpPath(path), answer),
  );
}

export async function sftpIsDirectory(transfer: SftpTransfer, path: string): Promise<boolean> {
  return (await statOrNothing(transfer, sftpPath(path)))?.isDirectory() === true;
}

async function statOrNothing(transfer: SftpTransfer, path: string): Promise<Stats | undefined> {
  return asker(transfer)
    .ask<Stats>(`look at ${path}`, (sftp, answer) => sftp.stat(path, answer))
    .catch((error: unknown) => {
      if (!transfer.link.alive || transfer.signal.aborted) throw error;
      return undefined;
    });
}

type SftpCallback<Result> = (error: Error | undefined | null | void, value: Result) => void;
type SftpRequest<Result> = (sftp: SFTPWrapper, answer: SftpCallback<Result>) => unknown;

function asker({ link, sftp, signal }: SftpTransfer) {
  return {
    ask: <Result>(what: string, question: SftpRequest<Result>): Promise<Result> =>
      link.ask<Result>(what, (answer) => void question(sftp, answer), signal),
  };
}

/** Keeps up to `IN_FLIGHT` requests unanswered. The first failure rejects every later call. */
class Flight {
  readonly #transfer: SftpTransfer;
  readonly #pending = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(transfer: SftpTransfer) {
    this.#transfer = transfer;
  }

  async add(request: (sftp: SFTPWrapper, answer: (error?: Error | null | void) => void) => unknown): Promise<void> {
    while (this.#pending.size >= IN_FLIGHT) await Promise.race(this.#pending);
    this.#check();
    const pending = asker(this.#transfer)
      .ask<void>("write", (sftp, answer) => request(sftp, (error) => answer(error, undefined)))
      .catch((error: unknown) => void (this.#failure ??= { error }))
      .finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  async landed(): Promise<void> {
    await Promise.all(this.#pending);
    this.#check();
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}

/** The chunks of any source of an upload. */
export async function* chunksOf(source: Readable | Uint8Array): AsyncGenerator<Buffer> {
  if (source instanceof Uint8Array) {
    yield Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    return;
  }
  for await (const chunk of source as AsyncIterable<Buffer | string>) {
    yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  }
}
