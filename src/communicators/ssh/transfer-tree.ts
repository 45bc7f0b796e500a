import { createReadStream, createWriteStream } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { basename, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { PassThrough, Readable } from "node:stream";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import type { TransferOptions } from "../../sdk/communicator.ts";
import { BuildError, ConnectionLost } from "../../sdk/error.ts";
import { temporaryNameFor } from "../../lib/atomic-file.ts";
import { errorMessage } from "../../lib/error-text.ts";
import { shellQuotePath } from "../../lib/shell-quote.ts";
import { execOnLink } from "./exec.ts";
import { inside } from "../inside.ts";
import { extractTree, type ExtractOptions } from "./extract-tree.ts";
import { directoryTarget, joinGuestPath, temporaryName, wantsContents } from "../guest-paths.ts";
import { receiveTree, sendTree } from "./guest-scripts.ts";
import { listLocalTree, totalSize } from "../local-tree.ts";
import { sftpIsDirectory, sftpList, sftpMakeDirectories, sftpRead, sftpTransfer, type SftpTransfer } from "./sftp.ts";
import { archiveTree } from "./tree-archive.ts";
import {
  check,
  countBytes,
  ErrorOutput,
  runScript,
  uploadFile,
  type FileTransfer,
  type TransferMethod,
} from "./transfer-file.ts";
import type { ReadyGuest } from "./wait-for-login.ts";

/** Files copied at the same time where there is no tar; below the ten sessions sshd allows on one connection. */
const FILES_AT_ONCE: { readonly [Method in TransferMethod]: number } = { sftp: 32, stream: 6, scp: 6 };

/**
 * Where a directory goes: into one that is there, under its own name; else it becomes the one that is named. So does
 * Packer's `scp`, and many templates rely on it. To be asked once for a copy, which may begin again half done.
 */
export async function uploadTarget(
  transfer: FileTransfer,
  from: string,
  to: string,
  { signal }: Pick<TransferOptions, "signal">,
): Promise<string> {
  if (wantsContents(from, basename) || !(await isDirectory(transfer, to, signal))) return to;
  return directoryTarget(from, to, basename);
}

async function isDirectory({ guest, method }: FileTransfer, path: string, signal: AbortSignal): Promise<boolean> {
  if (method === "sftp") return sftpIsDirectory(await sftpTransfer(guest.link, signal), path);
  const result = await execOnLink(guest.link, `[ -d ${shellQuotePath(path)} ]`, { signal });
  if (result.kind === "exit") return result.code === 0;
  throw new ConnectionLost(`Could not look for the directory "${path}" in the machine`);
}

/** Copies what is in a directory to the guest: one tar stream where it has tar, else file by file, several at once. */
export async function uploadTree(
  transfer: FileTransfer,
  from: string,
  target: string,
  options: TransferOptions,
): Promise<void> {
  const { guest, method } = transfer;
  const { signal } = options;
  const entries = await listLocalTree(from).catch((cause: unknown) => {
    throw new BuildError(`Could not read the directory "${from}": ${errorMessage(cause)}`, { cause });
  });
  const counter = countBytes(options, totalSize(entries));
  if (method === "stream" && guest.facts.tools.has("tar")) {
    const stdin = archiveTree(entries, counter.add);
    const purpose = `copy "${from}" to "${target}" in the machine`;
    return runScript(guest, receiveTree(target, temporaryName()), { signal, stdin, purpose });
  }
  const directories = entries.filter((entry) => entry.kind === "directory").map(({ path }) => path);
  await makeDirectories(transfer, [target, ...directories.map((path) => joinGuestPath(target, path))], signal);
  const files = entries.filter((entry) => entry.kind === "file");
  await inParallel(files, FILES_AT_ONCE[method], async ({ source, path, mode, size }) => {
    await uploadFile(transfer, await openFile(source, size), joinGuestPath(target, path), { signal, mode, size });
    counter.add(size);
  });
}

/** Small files are read at once, large ones piece by piece. */
async function openFile(path: string, size: number): Promise<Readable | Buffer> {
  const piece = 256 * 1024;
  return size <= piece ? readFile(path) : createReadStream(path, { highWaterMark: piece });
}

/** `/a`, `/a/b` for `/a/b/c`. */
function ancestorsOf(path: string): readonly string[] {
  const above = posix.dirname(path);
  if ([path, ".", "~", "/"].includes(above)) return [];
  return [...ancestorsOf(above), above];
}

async function makeDirectories(
  { guest, method }: FileTransfer,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (method === "sftp") {
    return sftpMakeDirectories(await sftpTransfer(guest.link, signal), [...ancestorsOf(paths[0]!), ...paths]);
  }
  for (let start = 0; start < paths.length; start += 200) {
    const names = paths.slice(start, start + 200).map(shellQuotePath);
    const purpose = "make the directories in the machine";
    await runScript(guest, `mkdir -p -- ${names.join(" ")}`, { signal, purpose });
  }
}

export interface DownloadTreeOptions extends TransferOptions {
  readonly onLeftOut: (path: string, why: string) => void;
}

/** Copies a directory from the guest: one tar stream, or SFTP where there is no tar. */
export async function downloadTree(
  { guest, method }: FileTransfer,
  from: string,
  to: string,
  options: DownloadTreeOptions,
): Promise<void> {
  const counter = countBytes(options, undefined);
  await ensureDirectory(to);
  if (method !== "sftp" && guest.facts.tools.has("tar")) {
    return downloadArchive(guest, { from, to, onBytes: counter.add, ...options });
  }
  const transfer = await sftpTransfer(guest.link, options.signal, counter.add).catch((cause: unknown) => {
    if (!guest.link.alive || options.signal.aborted) throw cause;
    throw new BuildError(`Could not copy the directory "${from}" from the machine: it has neither tar nor SFTP`, {
      cause,
    });
  });
  await downloadBySftp(transfer, from, directoryTarget(from, to, posix.basename), options.onLeftOut);
}

interface ArchiveDownload extends DownloadTreeOptions, ExtractOptions {
  readonly from: string;
  readonly to: string;
}

async function downloadArchive(guest: ReadyGuest, { from, to, ...options }: ArchiveDownload): Promise<void> {
  const pipe = new PassThrough({ highWaterMark: 1024 * 1024 });
  const onStdout = (chunk: Buffer): void | Promise<void> => {
    if (!pipe.write(chunk)) return new Promise((resolve) => pipe.once("drain", resolve).once("close", resolve));
  };
  const extracting = extractTree(pipe, to, options);
  const stopped = new AbortController();
  extracting.catch((error: unknown) => stopped.abort(error));
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const stderr = new ErrorOutput();
  const running = execOnLink(guest.link, sendTree(from), { signal, onStdout, onStderr: stderr.add });
  const sending = running.finally(() => pipe.end());
  const [result] = await Promise.all([sending, extracting.catch((error: unknown) => failExtract(error, sending))]);
  check(result, `copy "${from}" from the machine`, stderr);
}

/** A stream cut short fails the unpacking as well; the reason is then with the sender. */
async function failExtract(error: unknown, sending: Promise<{ readonly kind: string }>): Promise<void> {
  const result = await sending.catch(() => undefined);
  if (result === undefined || error instanceof BuildError) throw error;
}

async function downloadBySftp(
  transfer: SftpTransfer,
  from: string,
  to: string,
  onLeftOut: (path: string, why: string) => void,
): Promise<void> {
  await ensureDirectory(to);
  for (const { filename, attrs } of await sftpList(transfer, from)) {
    const source = joinGuestPath(from, filename);
    const target = inside(to, filename);
    if (attrs.isDirectory()) await downloadBySftp(transfer, source, target, onLeftOut);
    else if (attrs.isFile()) await saveFile(transfer, source, target);
    else onLeftOut(source, "it is neither a file nor a directory");
  }
}

async function saveFile(transfer: SftpTransfer, source: string, target: string): Promise<void> {
  const temporary = temporaryNameFor(target);
  try {
    await pipeline(Readable.from(sftpRead(transfer, source)), createWriteStream(temporary, { flags: "wx" }));
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Runs `body` over the items, `limit` at a time; the first failure stops the rest from starting. */
async function inParallel<Item>(
  items: readonly Item[],
  limit: number,
  body: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of queue) {
      if (failed) return;
      await body(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
