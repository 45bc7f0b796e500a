import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import type { ExecOptions, ExecResult, TransferOptions, UploadOptions } from "../../../sdk/communicator.ts";
import { BuildError } from "../../../sdk/error.ts";
import { inputLine, powershellReader } from "../../../sdk/windows/powershell.ts";
import { directoryTarget, temporaryName } from "../../guest-paths.ts";
import { listLocalTree, totalSize, type TreeEntry } from "../../local-tree.ts";
import { receiveFiles } from "../guest/receive-files.ts";
import { checkTransfer, createMessage } from "./outcome.ts";
import { writeLines, type Piece } from "./write-lines.ts";

/** Runs a command in the guest. */
export type Exec = (command: string, options: ExecOptions) => Promise<ExecResult>;

const DATA = 64 * 1024;

export async function uploadFile(
  exec: Exec,
  source: Readable | Uint8Array,
  path: string,
  options: UploadOptions,
): Promise<void> {
  const total = source instanceof Uint8Array ? source.byteLength : options.size;
  const pieces = counted(filePieces(source), options, total);
  await send(exec, { kind: "file", to: path, what: `write "${path}" in the machine` }, pieces, options.signal);
}

export async function uploadTree(exec: Exec, from: string, to: string, options: TransferOptions): Promise<void> {
  const target = directoryTarget(from, to, basename);
  const entries = await listLocalTree(from).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError(`Could not read the directory "${from}": ${why}`, { cause });
  });
  const pieces = counted(treePieces(entries), options, totalSize(entries));
  const what = `copy "${from}" to "${target}" in the machine`;
  await send(exec, { kind: "tree", to: target, what }, pieces, options.signal);
}

async function send(
  exec: Exec,
  { kind, to, what }: { readonly kind: "file" | "tree"; readonly to: string; readonly what: string },
  pieces: AsyncIterable<Piece>,
  signal: AbortSignal,
): Promise<void> {
  const stderr = createMessage();
  const stdin = Readable.from(input([kind, to, temporaryName()].join("\n"), pieces), { objectMode: false });
  const result = await exec(powershellReader(), { signal, stdin, onStderr: stderr.add });
  checkTransfer(result, what, stderr);
}

async function* input(head: string, pieces: AsyncIterable<Piece>): AsyncGenerator<Buffer> {
  yield Buffer.from(inputLine(receiveFiles) + inputLine(head));
  yield* writeLines(pieces);
}

async function* filePieces(source: Readable | Uint8Array): AsyncGenerator<Piece> {
  yield { kind: "file", path: "file" };
  yield* dataOf(source);
}

async function* treePieces(entries: readonly TreeEntry[]): AsyncGenerator<Piece> {
  for (const entry of entries) {
    if (entry.kind === "directory") yield { kind: "directory", path: entry.path };
    if (entry.kind !== "file") continue;
    yield { kind: "file", path: entry.path };
    if (entry.size > 0) yield* dataOf(createReadStream(entry.source, { highWaterMark: DATA }));
  }
}

async function* dataOf(source: Readable | Uint8Array): AsyncGenerator<Piece> {
  if (source instanceof Uint8Array) {
    const whole = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    for (let at = 0; at < whole.length; at += DATA) yield { kind: "data", data: whole.subarray(at, at + DATA) };
    return;
  }
  for await (const chunk of source as AsyncIterable<Buffer | string>) {
    yield { kind: "data", data: typeof chunk === "string" ? Buffer.from(chunk) : chunk };
  }
}

async function* counted(
  pieces: AsyncIterable<Piece>,
  { onProgress }: TransferOptions,
  total: number | undefined,
): AsyncGenerator<Piece> {
  let done = 0;
  for await (const piece of pieces) {
    yield piece;
    if (piece.kind !== "data") continue;
    done += piece.data.length;
    onProgress?.(done, total);
  }
}
