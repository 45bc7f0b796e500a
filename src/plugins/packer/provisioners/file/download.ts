import { createWriteStream } from "node:fs";
import { basename, join, resolve, win32 } from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { isSystemError } from "../../../../lib/system-error.ts";
import { shellQuoteGlob } from "../../../../lib/shell-quote.ts";
import type { Communicator } from "../../../../sdk/communicator.ts";
import { BuildError } from "../../../../sdk/error.ts";
import type { OwnedFile } from "../../../../owned/file-being-written.ts";
import { createOwnedFile } from "../../../../owned/owned-file.ts";
import { writeFailure } from "../../../../sdk/write-failure.ts";
import { askGuest } from "../../../../steps/guest-command.ts";
import type { Run } from "../../../../sdk/run.ts";
import { isWindows } from "../../../../sdk/windows/is-windows.ts";
import { listWindowsFiles } from "../../../../steps/windows/list-files.ts";
import type { FileProvisionerConfig } from "./options.ts";

interface FoundFile {
  readonly kind: "file" | "directory";
  readonly path: string;
}

export async function download(run: Run, config: FileProvisionerConfig, communicator: Communicator): Promise<void> {
  const patterns = config.sources ?? [config.source ?? ""];
  for (const pattern of patterns) {
    for (const found of await find(run, communicator, pattern)) await fetchOne(run, config, communicator, found);
  }
}

/** Wildcards are expanded by the guest's own shell; a name without any is itself. */
async function find(run: Run, communicator: Communicator, pattern: string): Promise<readonly FoundFile[]> {
  if (isWindows(communicator)) return findOnWindows(run, communicator, pattern);
  const slash = pattern.endsWith("/") ? "/" : "";
  if (communicator.shell === "other") return [{ kind: slash ? "directory" : "file", path: pattern }];
  const quoted = shellQuoteGlob(pattern.replace(/(?<=.)\/$/, ""));
  const look = `for f in ${quoted}; do if [ -d "$f" ]; then printf 'd%s\\0' "$f"; elif [ -e "$f" ]; then printf 'f%s\\0' "$f"; fi; done`;
  const { stdout } = await askGuest(communicator, look, { signal: run.signal, pty: false });
  const lines = stdout.split("\0").filter((line) => line !== "");
  const found = lines.map((line) => foundIn(line, slash));
  if (found.length === 0) throw new BuildError(`There is nothing named "${pattern}" in the machine`);
  return found;
}

/** A name without wildcards, or what PowerShell makes of one with them. */
async function findOnWindows(run: Run, communicator: Communicator, pattern: string): Promise<readonly FoundFile[]> {
  const [, name = pattern, slash = ""] = /^(.*?)([/\\]?)$/.exec(pattern) ?? [];
  const listed = await listWindowsFiles(communicator, name, run.signal);
  if (listed.length === 0) throw new BuildError(`There is nothing named "${pattern}" in the machine`);
  return listed.map(({ kind, path }) => ({ kind, path: kind === "directory" ? path + slash : path }));
}

/** `line`: `d` or `f`, and the name. A directory keeps the slash with which it was asked for. */
function foundIn(line: string, slash: string): FoundFile {
  const name = line.slice(1);
  if (line.startsWith("d")) return { kind: "directory", path: name + slash };
  return { kind: "file", path: name };
}

async function fetchOne(
  run: Run,
  config: FileProvisionerConfig,
  communicator: Communicator,
  { kind, path }: FoundFile,
): Promise<void> {
  const { signal } = run;
  const destination = resolve(run.directories.work, config.destination);
  const onProgress = (done: number, total: number | undefined) => run.progress(path, done, total);
  run.say(`Downloading ${path} => ${config.destination}`);
  if (kind === "directory") return communicator.downloadDir(path, destination, { signal, onProgress });
  const namesDirectory = /[/\\]$/.test(config.destination);
  const name = isWindows(communicator) ? win32.basename(path) : basename(path);
  const target = namesDirectory ? join(destination, name) : destination;
  await run.step(`download ${name}`, async (step) => {
    try {
      const file = await createOwnedFile(run, step, target);
      await receive(file, (stream) => communicator.download(path, stream, { signal, onProgress }));
    } catch (cause) {
      signal.throwIfAborted();
      if (isSystemError(cause)) throw await writeFailure(target, cause);
      throw cause;
    }
  });
}

async function receive(file: OwnedFile, send: (stream: Writable) => Promise<void>): Promise<void> {
  try {
    const stream = createWriteStream(file.temporaryPath, { flags: "r+" });
    await send(stream);
    stream.end();
    await finished(stream);
    await file.keep();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
