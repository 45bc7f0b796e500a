import { spawn } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { cp, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Communicator, ExecOptions, ExecResult } from "../../../src/sdk/communicator.ts";

/** A communicator whose machine is a directory of this one: paths start there, commands run there. */
export function localCommunicator(root: string): Communicator {
  return {
    address: "local",
    exec: (command, options) => exec(root, command, options),
    upload: async (source, path, { signal, mode }) => {
      const given = typeof source === "function" ? source() : source;
      const body = given instanceof Uint8Array ? Readable.from([given]) : given;
      await pipeline(body, createWriteStream(join(root, path), { mode: mode ?? 0o644 }), { signal });
    },
    download: async (path, to, { signal }) => {
      await stat(join(root, path));
      await pipeline(createReadStream(join(root, path)), to, { end: false, signal });
    },
    uploadDir: (from, to) => copy(from, join(root, to)),
    downloadDir: (from, to) => copy(join(root, from), to),
    close: () => Promise.resolve(),
  };
}

/** As rsync: a trailing slash means the contents. */
const copy = (from: string, to: string): Promise<void> =>
  cp(from, from.endsWith("/") ? to : join(to, basename(from)), { recursive: true });

async function exec(root: string, command: string, options: ExecOptions): Promise<ExecResult> {
  const child = spawn("sh", ["-c", command], { cwd: root, signal: options.signal });
  child.stdin.on("error", () => {});
  const { stdin } = options;
  if (stdin === undefined) child.stdin.end();
  else if (stdin instanceof Readable) stdin.pipe(child.stdin);
  else child.stdin.end(stdin);
  const deliver = async (stream: Readable, onChunk: ExecOptions["onStdout"]): Promise<void> => {
    for await (const chunk of stream as AsyncIterable<Buffer>) await onChunk?.(chunk);
  };
  const exited = new Promise<ExecResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      resolve(signal === null ? { kind: "exit", code: code ?? 0 } : { kind: "signal", signal }),
    );
  });
  const [result] = await Promise.all([
    exited,
    deliver(child.stdout, options.onStdout),
    deliver(child.stderr, options.onStderr),
  ]);
  return result;
}
