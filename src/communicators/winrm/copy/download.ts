import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, win32 } from "node:path";
import { finished } from "node:stream/promises";
import type { Writable } from "node:stream";
import { ensureDirectory } from "../../../lib/ensure-directory.ts";
import { temporaryNameFor } from "../../../lib/atomic-file.ts";
import type { TransferOptions } from "../../../sdk/communicator.ts";
import { ConnectionLost } from "../../../sdk/error.ts";
import { inputLine, powershellReader } from "../../../sdk/windows/powershell.ts";
import { directoryTarget } from "../../guest-paths.ts";
import { inside } from "../../inside.ts";
import { drained } from "../../drained.ts";
import { sendFiles } from "../guest/send-files.ts";
import { checkTransfer, createMessage } from "./outcome.ts";
import { createLineReader } from "./read-lines.ts";
import type { Exec } from "./upload.ts";
import type { Piece } from "./write-lines.ts";

/** Reads one file into `to`, which is not ended. */
export async function downloadFile(exec: Exec, path: string, to: Writable, options: TransferOptions): Promise<void> {
  let done = 0;
  await receive(exec, { kind: "file", from: path, what: `read "${path}" in the machine` }, options, async (piece) => {
    if (piece.kind !== "data") return;
    done += piece.data.length;
    options.onProgress?.(done, undefined);
    if (!to.write(piece.data)) await drained(to);
  });
}

/** Copies what is below a directory. No name the guest sends can lead out of `to`. */
export async function downloadTree(exec: Exec, from: string, to: string, options: TransferOptions): Promise<void> {
  const root = directoryTarget(from, to, win32.basename);
  await ensureDirectory(root);
  const files = fileWriter(root, options);
  try {
    const what = `copy "${from}" from the machine`;
    await receive(exec, { kind: "tree", from, what }, options, files.take);
    await files.end();
  } finally {
    await files.discard();
  }
}

async function receive(
  exec: Exec,
  { kind, from, what }: { readonly kind: "file" | "tree"; readonly from: string; readonly what: string },
  { signal }: TransferOptions,
  onPiece: (piece: Piece) => Promise<void>,
): Promise<void> {
  const stderr = createMessage();
  const reader = createLineReader(onPiece);
  const stdin = inputLine(sendFiles) + inputLine([kind, from].join("\n"));
  const result = await exec(powershellReader(), {
    signal,
    stdin,
    onStdout: (chunk) => reader.add(chunk),
    onStderr: stderr.add,
  });
  checkTransfer(result, what, stderr);
  if (!reader.isComplete()) throw new ConnectionLost(`Could not ${what}: it arrived incomplete`);
}

/** Writes each file under a name of its own until it is whole. */
function fileWriter(root: string, { onProgress }: TransferOptions) {
  let current: { readonly stream: Writable; readonly temporary: string; readonly path: string } | undefined;
  let done = 0;
  const end = async () => {
    if (current === undefined) return;
    const { stream, temporary, path } = current;
    stream.end();
    await finished(stream);
    await rename(temporary, path);
    current = undefined;
  };
  const take = async (piece: Piece) => {
    if (piece.kind === "data") {
      done += piece.data.length;
      onProgress?.(done, undefined);
      if (current?.stream.write(piece.data) === false) await drained(current.stream);
      return;
    }
    await end();
    const path = inside(root, piece.path);
    if (piece.kind === "directory") return void (await ensureDirectory(path));
    await ensureDirectory(dirname(path));
    const temporary = temporaryNameFor(path);
    current = { path, temporary, stream: createWriteStream(temporary, { flags: "wx" }) };
  };
  const discard = async () => {
    if (current === undefined) return;
    current.stream.destroy();
    // A file that is just being opened would come after it was removed.
    await finished(current.stream).catch(() => {});
    await rm(current.temporary, { force: true });
  };
  return { take, end, discard };
}
