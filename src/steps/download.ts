import { stat } from "node:fs/promises";
import { parseChecksum } from "../lib/checksum-spec.ts";
import { errorMessage } from "../lib/error-text.ts";
import { withoutCredentials } from "../lib/http-dispatcher.ts";
import { percentDecode } from "../lib/percent-decode.ts";
import { partProgress } from "../lib/part-file.ts";
import { packingOf } from "../lib/unpack/packing.ts";
import { BuildError } from "../sdk/error.ts";
import type { Run } from "../sdk/run.ts";
import { isoUrls, type IsoConfig } from "../sdk/schema/iso.ts";
import { DiskError } from "./disk-error.ts";
import { cacheDirectory, type DownloadAttempt, type Downloaded, type DownloadOptions } from "./download/attempt.ts";
import { fetchInto } from "./download/fetch-into.ts";
import { lockTarget } from "./download/lock-target.ts";
import { cacheKey, parseSource, readUrlRecord, sourceName, type UrlRecord } from "./download/place.ts";
import { targetFor } from "./download/target.ts";
import { previousImage, unpackImage } from "./download/unpack-image.ts";
import { isVerified, verify } from "./download/verify.ts";
import { wantedDigests } from "./download/wanted-digest.ts";

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

async function useSource(attempt: DownloadAttempt): Promise<Downloaded> {
  const { source, options } = attempt;
  const packing = packingOf(sourceName(source), source.archive);
  if (packing === undefined) return useFile(attempt);
  const again = await previousImage(attempt, packing);
  if (again !== undefined) return again;
  // The names are for what is in it.
  const ofPacked = { ...options, label: `packed ${options.label}`, targetPath: undefined, extension: packing.ending };
  const packed = await useFile({ ...attempt, options: ofPacked, isPacked: true });
  return unpackImage(attempt, packing, packed);
}

function useFile(attempt: DownloadAttempt): Promise<Downloaded> {
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
  const { run, options, source, digest } = attempt;
  const record = await previousDownload(attempt, url);
  const target = await targetFor(attempt, sourceName(source), (extension) => cacheKey(digest, url, extension));
  const expected = digest && { digest, instead: "it is downloaded anew" };
  if (expected && (await isVerified(attempt, target, expected))) return { path: target, digest };
  const held = await lockTarget(attempt, target, {
    what: `downloads the ${options.label}`,
    onWait: () => showOthersProgress(run, options.label, target),
  });
  try {
    // Another build that held the lock may have done the work.
    if (expected && (await isVerified(attempt, target, expected))) return { path: target, digest };
    return { path: target, digest: await fetchInto({ ...attempt, url, target, record }) };
  } finally {
    await held.release();
  }
}

/** What the URL led to the last time. A digest says more. */
async function previousDownload({ run, digest }: DownloadAttempt, url: string): Promise<UrlRecord | undefined> {
  if (digest) return undefined;
  return readUrlRecord(cacheDirectory(run), url);
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
