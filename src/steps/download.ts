import { mkdir, stat } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { parseChecksum } from "../lib/checksum-spec.ts";
import { hashFile, type Digest } from "../lib/checksum.ts";
import { lock } from "../lib/file-lock.ts";
import { withoutCredentials } from "../lib/http-dispatcher.ts";
import { percentDecode } from "../lib/percent-decode.ts";
import { partProgress } from "../lib/part-file.ts";
import { BuildError } from "../sdk/error.ts";
import type { Run } from "../sdk/run.ts";
import { isoUrls, type IsoConfig } from "../sdk/schema/iso.ts";
import { DiskError, directoryError } from "./disk-error.ts";
import { cacheDirectory, wrongDigest, type Attempt, type DownloadOptions } from "./download/attempt.ts";
import { fetchInto } from "./download/fetch-into.ts";
import { keyOfDigest, parseSource, readUrlRecord, sourceName, targetOf, urlKey } from "./download/place.ts";
import { stampDigest, stampedDigests } from "./download/stamp.ts";
import { wantedDigests } from "./download/wanted-digest.ts";

export interface Downloaded {
  readonly path: string;
  /** Absent for a local file without a checksum. */
  readonly digest: Digest | undefined;
}

/** Gets `iso_url`/`iso_urls` as `iso_checksum` wants it. */
export async function downloadIso(run: Run, config: IsoConfig): Promise<Downloaded> {
  const checksum = parseChecksum(config.iso_checksum);
  if (checksum.kind === "invalid") throw new BuildError(checksum.problem);
  return download(run, {
    label: "ISO",
    urls: isoUrls(config),
    checksum,
    targetPath: config.iso_target_path,
    extension: config.iso_target_extension,
  });
}

/** Gets a file from the first place that has it, verified. What was verified before is not read again. */
export async function download(run: Run, options: DownloadOptions): Promise<Downloaded> {
  return run.step(`download ${options.label}`, async ({ signal }) => {
    const wanted = await wantedDigests(run, options.checksum, signal);
    const failures: { readonly url: string; readonly error: unknown }[] = [];
    for (const url of options.urls) {
      const source = parseSource(url, run.directories.work);
      if (source.kind === "http") maskPassword(run, source.url);
      try {
        const context: Attempt = { run, options, signal, source, digest: wanted(sourceName(source)) };
        return source.kind === "local" ? await useLocal(context, source.path) : await useRemote(context, source.url);
      } catch (error) {
        signal.throwIfAborted();
        // No other place can mend our own disk.
        if (error instanceof DiskError) throw error;
        failures.push({ url: withoutCredentials(url), error });
        if (options.urls.length > 1) run.warn(`${options.label} from ${withoutCredentials(url)}: ${reasonOf(error)}`);
      }
    }
    throw allFailed(options.label, failures);
  });
}

async function useLocal(attempt: Attempt, path: string): Promise<Downloaded> {
  const { run, options, digest } = attempt;
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new BuildError(error.code === "ENOENT" ? `there is no file "${path}"` : `"${path}" cannot be read`, {
      cause: error,
    });
  });
  if (!stats.isFile()) throw new BuildError(`"${path}" is not a file`);
  if (digest) await verify(attempt, path, digest);
  run.say(`Using ${options.label} ${path}`);
  return { path, digest };
}

async function useRemote(attempt: Attempt, url: string): Promise<Downloaded> {
  const { run, options, signal, source, digest } = attempt;
  const cache = cacheDirectory(run);
  const extension = options.extension ?? extname(sourceName(source)).slice(1);
  const record = digest ? undefined : await readUrlRecord(cache, url);
  const key = digest ? keyOfDigest(digest, extension) : `url-${urlKey(url)}${extension === "" ? "" : `.${extension}`}`;
  const target = await targetOf({
    targetPath: options.targetPath,
    work: run.directories.work,
    cache,
    fileName: sourceName(source),
    key,
  });
  if (digest && (await isVerified(attempt, target, digest))) return { path: target, digest };
  await makeDirectory(dirname(target));
  const held = await lock(`${target}.lock`, { signal, onWait: () => showOthersProgress(run, options.label, target) });
  try {
    // Whoever had the lock before may have done the work.
    if (digest && (await isVerified(attempt, target, digest))) return { path: target, digest };
    return { path: target, digest: await fetchInto({ ...attempt, url, target, record }) };
  } finally {
    await held.release();
  }
}

/** A file under the wanted name is used if its stamp, or else its content, says that it is the wanted one. */
async function isVerified(attempt: Attempt, path: string, digest: Digest): Promise<boolean> {
  if (!(await stat(path).catch(() => undefined))) return false;
  try {
    await verify(attempt, path, digest);
  } catch (error) {
    attempt.signal.throwIfAborted();
    if (!(error instanceof BuildError)) throw error;
    attempt.run.warn(`${path} is not what it should be (${error.message}); it is downloaded anew.`);
    return false;
  }
  attempt.run.say(`Using ${attempt.options.label} from the cache: ${path}`);
  return true;
}

async function verify({ run, signal }: Attempt, path: string, digest: Digest): Promise<void> {
  const cache = cacheDirectory(run);
  const stamped = run.options.rehash === true ? [] : await stampedDigests(cache, path);
  const known = stamped.find(({ algorithm }) => algorithm === digest.algorithm);
  const actual = known ?? (await hashWithProgress(run, path, digest, signal));
  if (actual.hex !== digest.hex) throw wrongDigest(digest, actual);
  if (!known)
    await stampDigest(cache, path, actual).catch((error: unknown) =>
      run.debug("download", `no stamp: ${String(error)}`),
    );
}

async function hashWithProgress(run: Run, path: string, { algorithm }: Digest, signal: AbortSignal): Promise<Digest> {
  const { size } = await stat(path);
  return hashFile(path, algorithm, {
    signal,
    onProgress: (done) => run.progress(`verifying ${algorithm}`, done, size),
  });
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw await directoryError(error, path, "PACKER_CACHE_DIR names another place for the cache.");
  }
}

async function showOthersProgress(run: Run, label: string, target: string): Promise<void> {
  const progress = await partProgress(target);
  if (progress) run.progress(`${label} (downloaded by another build)`, progress.done, progress.total);
}

function maskPassword(run: Run, url: string): void {
  const { password } = new URL(url);
  if (password !== "") run.secret(percentDecode(password));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function allFailed(label: string, failures: readonly { readonly url: string; readonly error: unknown }[]): BuildError {
  const [only, ...more] = failures;
  if (!only) return new BuildError(`There is no place to get the ${label} from`);
  const hint = only.error instanceof BuildError ? only.error.hint : undefined;
  if (more.length === 0)
    return new BuildError(`${label} from ${only.url}: ${reasonOf(only.error)}`, { cause: only.error, hint });
  const lines = failures.map(({ url, error }) => `    ${url}: ${reasonOf(error)}`);
  return new BuildError(`None of the ${failures.length} places has a usable ${label}:\n${lines.join("\n")}`, {
    cause: only.error,
  });
}
