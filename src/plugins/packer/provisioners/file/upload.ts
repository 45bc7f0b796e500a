import { stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { basename, resolve } from "node:path";
import { errorMessage } from "../../../../lib/error-text.ts";
import type { Communicator } from "../../../../sdk/communicator.ts";
import { BuildError } from "../../../../sdk/error.ts";
import type { Run } from "../../../../sdk/run.ts";
import { isWindows } from "../../../../sdk/windows/is-windows.ts";
import { warnOfWindowsLineEndsIn } from "../../scripts/script-line-ends.ts";
import { copy, type CopySource } from "./copy.ts";
import type { FileProvisionerConfig } from "./options.ts";
import { copyStaged } from "./staged-copy.ts";

export async function upload(run: Run, config: FileProvisionerConfig, communicator: Communicator): Promise<void> {
  const onWindows = isWindows(communicator);
  if (onWindows) checkForWindows(run, config);
  const copySource = needsStaging(config) ? copyStaged : copy;
  for (const source of await readSources(run, config)) {
    const target = targetOf(source, config.destination);
    run.say(`Uploading ${source.name} => ${target}`);
    if (source.kind === "file" && source.path !== undefined && !onWindows) {
      await warnOfWindowsLineEndsIn(run, source.name, source.path);
    }
    await copySource({ run, config, communicator }, source, target);
  }
}

/** Windows has neither sudo nor modes. */
function checkForWindows(run: Run, config: FileProvisionerConfig): void {
  if (config.become || config.owner !== undefined) {
    throw new BuildError("become and owner do not work on Windows", {
      hint: "Log in as an administrator; set the owner afterwards, in a powershell provisioner: icacls PATH /setowner USER",
    });
  }
  if (config.mode !== undefined) run.warn("Windows has no modes: mode is without effect. Use icacls.");
}

/** A file goes into a destination with a trailing slash, under its own name. */
function targetOf(source: CopySource, destination: string): string {
  const namesDirectory = /[/\\]$/.test(destination);
  if (source.kind === "directory" || !namesDirectory) return destination;
  return `${destination}${basename(source.name)}`;
}

async function readSources(run: Run, config: FileProvisionerConfig): Promise<readonly CopySource[]> {
  if (config.content !== undefined) {
    const open = Buffer.from(config.content);
    return [{ kind: "file", name: "content", mode: 0o644, size: open.length, open }];
  }
  const paths = config.sources ?? [config.source].filter((path) => path !== undefined);
  return Promise.all(paths.map((path) => readSource(run.directories.work, path)));
}

async function readSource(work: string, name: string): Promise<CopySource> {
  const slash = /[/\\]$/.test(name) ? "/" : "";
  const path = resolve(work, name) + slash;
  const found = await stat(path).catch((cause: unknown) => {
    throw new BuildError(`Could not read "${name}": ${errorMessage(cause)}`, { cause });
  });
  if (found.isDirectory()) return { kind: "directory", name, path };
  const open = () => createReadStream(path, { highWaterMark: 1024 * 1024 });
  return { kind: "file", name, path, mode: found.mode & 0o777, size: found.size, open };
}

/** A directory has no one mode, so `mode` is then set afterwards, as `owner` is. */
function needsStaging(config: FileProvisionerConfig): boolean {
  return config.become || config.owner !== undefined;
}
