import { stat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { errorText } from "../../lib/error-text.ts";
import { endOfLinks } from "../../lib/output-target.ts";
import { BuildError } from "../../sdk/error.ts";
import { cacheDirectory, type DownloadAttempt } from "./attempt.ts";

/** Where the file goes that its source calls `fileName`. `key` makes its name in the cache. */
export function targetFor(
  { run, options }: DownloadAttempt,
  fileName: string,
  key: (extension: string) => string,
): Promise<string> {
  return targetOf({
    targetPath: options.targetPath,
    work: run.directories.work,
    cache: cacheDirectory(run),
    fileName,
    key: key(options.extension ?? extname(fileName).slice(1)),
  });
}

/** Where a download goes: `targetPath` where the user names one, else the cache, named after the digest. */
async function targetOf(options: {
  readonly targetPath?: string | undefined;
  readonly work: string;
  readonly cache: string;
  readonly fileName: string;
  readonly key: string;
}): Promise<string> {
  const { targetPath, work, cache, fileName, key } = options;
  if (targetPath === undefined || targetPath === "") return join(cache, key);
  const target = resolve(work, targetPath);
  const existing = await stat(target).catch(() => undefined);
  const isDirectory = /[/\\]$/.test(targetPath) || existing?.isDirectory();
  return fileAt(isDirectory ? join(target, fileName) : target);
}

/** Where links lead. What is no file can be no cache of one. */
async function fileAt(path: string): Promise<string> {
  const end = await endOfLinks(path).catch((cause: unknown) => {
    throw new BuildError(`"${path}" cannot be used: ${errorText(cause)}`);
  });
  const there = await stat(end.path).catch(() => undefined);
  if (!end.isDescriptor && (there === undefined || there.isFile())) return end.path;
  throw new BuildError(`"${path}" is there, and is no file`, {
    hint: "A download is kept in a file. Name another one.",
  });
}
