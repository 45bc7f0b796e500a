import { mkdir, stat } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { parseChecksum } from "../lib/checksum-spec.ts";
import { hashFile, type Digest } from "../lib/checksum.ts";
import { errorMessage } from "../lib/error-text.ts";
import { lock, readLockOwner } from "../lib/file-lock.ts";
import { withoutCredentials } from "../lib/http-dispatcher.ts";
import { percentDecode } from "../lib/percent-decode.ts";
import { partProgress } from "../lib/part-file.ts";
import { BuildError } from "../sdk/error.ts";
import { exists } from "../owned/owned-path.ts";
import type { Run } from "../sdk/run.ts";
import { isoUrls, type IsoConfig } from "../sdk/schema/iso.ts";
import { DiskError, directoryError } from "./disk-error.ts";
import { cacheDirectory, wrongDigest, type DownloadAttempt, type DownloadOptions } from "./download/attempt.ts";
import { fetchInto } from "./download/fetch-into.ts";
import { cacheKey, parseSource, readUrlRecord, sourceName, targetOf, type UrlRecord } from "./download/place.ts";
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
    const failures: Failure[] = [];
    for (const url of options.urls) {
      const source = parseSource(url, run.directories.work);
      if (source.kind === "http") maskPassword(run, source.url);
      try {
        const attempt: DownloadAttempt = { run, options, signal, source, digest: wanted(sourceName(source)) };
        return await useSource(attempt);
      } catch (error) {
        signal.throwIfAborted();
        // No other source can mend our own disk.
        if (error instanceof DiskError) throw error;
        const failure = { url: withoutCredentials(url), error };
        failures.push(failure);
        if (options.urls.length > 1) run.warn(`${options.label} from ${explain(failure)}`);
      }
    }
    throw allFailed(options.label, failures);
  });
}

function useSource(attempt: DownloadAttempt): Promise<Downloaded> {
  const { source } = attempt;
  if (source.kind === "local") return useLocal(attempt, source.path);
  return useRemote(attempt, source.url);
}

async function useLocal(attempt: DownloadAttempt, path: string): Promise<Downloaded> {
  const { run, options, digest } = attempt;
  const stats = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === "ENOENT";
    throw new BuildError(isMissing ? `there is no file "${path}"` : `"${path}" cannot be read`, { cause });
  });
  if (!stats.isFile()) throw new BuildError(`"${path}" is not a file`);
  if (digest) await verify(attempt, path, digest);
  run.say(`Using ${options.label} ${path}`);
  return { path, digest };
}

async function useRemote(attempt: DownloadAttempt, url: string): Promise<Downloaded> {
  const { run, options, signal, digest } = attempt;
  const record = await previousDownload(attempt, url);
  const target = await targetFor(attempt, url);
  if (digest && (await isVerified(attempt, target, digest))) return { path: target, digest };
  await makeDirectory(dirname(target));
  const path = `${target}.lock`;
  const tellOnce = onceAfterAMoment(() => sayWhoHolds(run, options.label, path));
  const onWait = async (waitedMs: number): Promise<void> => {
    await tellOnce(waitedMs);
    await showOthersProgress(run, options.label, target);
  };
  const held = await lock(path, { signal, onWait });
  try {
    // Another build that held the lock may have done the work.
    if (digest && (await isVerified(attempt, target, digest))) return { path: target, digest };
    return { path: target, digest: await fetchInto({ ...attempt, url, target, record }) };
  } finally {
    await held.release();
  }
}

function targetFor({ run, options, source, digest }: DownloadAttempt, url: string): Promise<string> {
  const fileName = sourceName(source);
  const extension = options.extension ?? extname(fileName).slice(1);
  return targetOf({
    targetPath: options.targetPath,
    work: run.directories.work,
    cache: cacheDirectory(run),
    fileName,
    key: cacheKey(digest, url, extension),
  });
}

/** What the URL led to the last time. A digest says more. */
async function previousDownload({ run, digest }: DownloadAttempt, url: string): Promise<UrlRecord | undefined> {
  if (digest) return undefined;
  return readUrlRecord(cacheDirectory(run), url);
}

/** A file under the wanted name is used if its stamp, or else its content, says that it is the wanted one. */
async function isVerified(attempt: DownloadAttempt, path: string, digest: Digest): Promise<boolean> {
  if (!(await exists(path))) return false;
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

async function verify({ run, signal }: DownloadAttempt, path: string, digest: Digest): Promise<void> {
  const cache = cacheDirectory(run);
  const known = await stampedDigest(run, path, digest);
  const actual = known ?? (await hashWithProgress(run, path, digest, signal));
  if (actual.hex !== digest.hex) throw wrongDigest(digest, actual);
  if (known) return;
  await stampDigest(cache, path, actual).catch((error: unknown) => run.debug("download", `no stamp: ${String(error)}`));
}

async function stampedDigest(run: Run, path: string, { algorithm }: Digest): Promise<Digest | undefined> {
  if (run.options.rehash) return undefined;
  const stamped = await stampedDigests(cacheDirectory(run), path);
  return stamped.find((digest) => digest.algorithm === algorithm);
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
    await mkdir(path, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw await directoryError(error, path, "PACKER_CACHE_DIR names another place for the cache.");
  }
}

const MOMENT_MS = 1000;

function onceAfterAMoment(action: () => Promise<void>): (waitedMs: number) => Promise<void> {
  let isDone = false;
  return async (waitedMs) => {
    if (isDone || waitedMs < MOMENT_MS) return;
    isDone = true;
    await action();
  };
}

async function sayWhoHolds(run: Run, label: string, path: string): Promise<void> {
  const owner = await readLockOwner(path);
  const holder = typeof owner === "object" ? `process ${owner.pid}` : "another process";
  run.say(`Waiting for ${holder}, which downloads the ${label} (${path})...`);
}

async function showOthersProgress(run: Run, label: string, target: string): Promise<void> {
  const progress = await partProgress(target);
  if (progress) run.progress(`${label} (downloaded by another build)`, progress.done, progress.total);
}

function maskPassword(run: Run, url: string): void {
  const { password } = new URL(url);
  if (password !== "") run.secret(percentDecode(password));
}

interface Failure {
  readonly url: string;
  readonly error: unknown;
}

function explain({ url, error }: Failure): string {
  return `${url}: ${errorMessage(error)}`;
}

function allFailed(label: string, failures: readonly Failure[]): BuildError {
  const [first, ...others] = failures;
  if (!first) return new BuildError(`There is no place to get the ${label} from`);
  const { error: cause } = first;
  if (others.length === 0) {
    const hint = cause instanceof BuildError ? cause.hint : undefined;
    return new BuildError(`${label} from ${explain(first)}`, { cause, hint });
  }
  const lines = failures.map((failure) => `    ${explain(failure)}`).join("\n");
  return new BuildError(`None of the ${failures.length} places has a usable ${label}:\n${lines}`, { cause });
}
