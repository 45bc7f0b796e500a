import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { hashFile } from "../../lib/checksum.ts";
import { withLock } from "../../lib/file-lock.ts";
import { httpDownload } from "../../lib/http-download.ts";
import { HttpError } from "../../lib/http-redirect.ts";
import { PartFile } from "../../lib/part-file.ts";
import { BuildError } from "../../sdk/error.ts";
import type { ReleaseArchive } from "./release-source.ts";

export interface DownloadOptions {
  /** Where downloads that were cut wait to be gone on with. */
  readonly cacheDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/**
 * Fetches an archive, checks its sum, and hands its path to `use`; afterwards it is removed. What was cut is gone on with
 * the next time. Rejects with a `BuildError`.
 */
export async function withArchive<Result>(
  archive: ReleaseArchive,
  options: DownloadOptions,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  if (archive.url.startsWith("file:")) return useLocal(archive, options, use);
  const directory = join(options.cacheDirectory, "plugins", "downloads");
  await ensureDirectory(directory, 0o700);
  // Named by its sum: what another release left is never gone on with.
  const target = join(directory, `${archive.sha256.slice(0, 16)}-${archive.fileName}`);
  return withLock(`${target}.lock`, () => fetchAndUse({ archive, target, options, use }), { signal: options.signal });
}

async function useLocal<Result>(
  archive: ReleaseArchive,
  { signal }: DownloadOptions,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const path = fileURLToPath(archive.url);
  const { hex } = await hashFile(path, "sha256", { signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new BuildError(`${path} cannot be read`, { cause });
  });
  if (hex !== archive.sha256) throw wrongSum(archive, hex);
  return use(path);
}

interface Fetch<Result> {
  readonly archive: ReleaseArchive;
  readonly target: string;
  readonly options: DownloadOptions;
  readonly use: (path: string) => Promise<Result>;
}

async function fetchAndUse<Result>({ archive, target, options, use }: Fetch<Result>): Promise<Result> {
  const { env, signal, onProgress } = options;
  const part = await PartFile.open(target, "sha256", signal);
  try {
    const { headers } = archive;
    await httpDownload(archive.url, part, {
      env,
      signal,
      onProgress,
      verifiedLater: true,
      ...(headers && { headers }),
    });
    const { hex } = await part.digest();
    if (hex !== archive.sha256) {
      await part.discard();
      throw wrongSum(archive, hex);
    }
    const result = await use(part.path);
    await part.discard();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HttpError)) throw error;
    throw new BuildError(`${archive.url} cannot be fetched: ${error.message}`);
  } finally {
    await part.close();
  }
}

function wrongSum({ fileName, url, sha256 }: ReleaseArchive, found: string): BuildError {
  return new BuildError(`${fileName} is not the file that its release lists`, {
    hint: `Its SHA-256 should be\n    ${sha256}\nand is\n    ${found}\nIt came from\n    ${url}`,
  });
}
