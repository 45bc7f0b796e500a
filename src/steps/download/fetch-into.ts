import { errorText } from "../../lib/error-text.ts";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { describeBytes } from "../../lib/bytes.ts";
import { parseDuration } from "../../lib/duration.ts";
import type { Digest } from "../../lib/checksum.ts";
import { withoutCredentials } from "../../lib/http-dispatcher.ts";
import { httpDownload } from "../../lib/http-download.ts";
import { httpGet } from "../../lib/http-get.ts";
import { bootId } from "../../lib/process-identity.ts";
import { isOursAlone } from "../../lib/ours-alone.ts";
import { PartFile } from "../../lib/part-file.ts";
import { exists } from "../../owned/owned-path.ts";
import type { Run } from "../../sdk/run.ts";
import { DiskError, diskError } from "../disk-error.ts";
import { cacheDirectory, wrongDigest, type DownloadAttempt } from "./attempt.ts";
import { writeUrlRecord, type UrlRecord } from "./place.ts";
import { stampDigest } from "./stamp.ts";

export interface Fetch extends DownloadAttempt {
  readonly url: string;
  readonly target: string;
  /** What the URL led to the last time, for a file without a checksum. */
  readonly record: UrlRecord | undefined;
}

/** Downloads `url` to `target` while holding its lock, and returns the digest it has. */
export async function fetchInto(fetch: Fetch): Promise<Digest> {
  const { run, options, url, target, record, signal } = fetch;
  if (record && (await isUnchanged(fetch, record))) {
    run.say(`Using ${options.label} from the cache, unchanged at its source: ${target}`);
    return record.digest;
  }
  run.say(`Downloading ${options.label} from ${withoutCredentials(url)}`);
  const algorithm = fetch.digest?.algorithm ?? "sha256";
  const part = await PartFile.open(target, algorithm, signal).catch((error: unknown) => {
    throw diskError(error, dirname(target), KEPT_HINT) ?? error;
  });
  try {
    if (part.size > 0) run.say(`Going on where an earlier download was cut, at ${describeBytes(part.size)}`);
    return await complete(fetch, part);
  } catch (error) {
    throw diskError(error, dirname(target), KEPT_HINT) ?? error;
  } finally {
    await part.close();
  }
}

async function complete(fetch: Fetch, part: PartFile): Promise<Digest> {
  const { run, options, url, target, digest, signal } = fetch;
  const progress = throttled((done: number, total: number | undefined) => run.progress(options.label, done, total));
  const origin = await httpDownload(url, part, {
    env: run.host.env,
    signal,
    stallMs: stallLimit(run),
    pauseMs: options.pauseMs,
    verifiedLater: digest !== undefined,
    beforeBody: (toCome) => checkRoom(target, toCome),
    onProgress: progress,
    onRetry: (reason, at) => run.say(`${options.label}: ${reason}; going on at ${describeBytes(at)}...`),
  });
  const actual = await part.digest();
  if (digest && actual.hex !== digest.hex) {
    await part.discard();
    throw wrongDigest(digest, actual, fetch);
  }
  const size = part.size;
  // Where restarts cannot be told apart, the stamp alone vouches for the file, so it has to be on the disk.
  await part.complete({ durable: (await bootId()) === undefined });
  run.progress(options.label, size, size);
  const cache = cacheDirectory(run);
  await stampDigest(cache, target, { digest: actual });
  await writeUrlRecord(cache, url, { digest: actual, ...origin });
  return actual;
}

/** Asks the server whether what we have is still what it has. A server that cannot be reached changes nothing. */
async function isUnchanged({ run, url, target, signal }: Fetch, record: UrlRecord): Promise<boolean> {
  if (!(await exists(target)) || !(await isOursAlone(target)) || !(await isOursAlone(dirname(target)))) return false;
  const headers: Record<string, string> = {};
  if (record.etag !== undefined) headers["if-none-match"] = record.etag;
  else if (record.lastModified !== undefined) headers["if-modified-since"] = record.lastModified;
  else return false;
  try {
    const response = await httpGet(url, { env: run.host.env, signal, headers });
    await response.close();
    return response.status === 304;
  } catch (error) {
    signal.throwIfAborted();
    run.warn(
      `${withoutCredentials(url)} cannot be asked for changes (${errorText(error)}); the copy in the cache is used.`,
    );
    return true;
  }
}

const STALL_MS = 60_000;

/** The longest pause between two bytes. In Packer PACKER_GETTER_READ_TIMEOUT limits the whole transfer. */
function stallLimit(run: Run): number {
  return parseDuration(run.host.env["PACKER_GETTER_READ_TIMEOUT"] ?? "") ?? STALL_MS;
}

const SPARE_BYTES = 16 * 1024 * 1024;

async function checkRoom(target: string, toCome: number | undefined): Promise<void> {
  if (toCome === undefined) return;
  const { bavail, bsize } = await statfs(dirname(target));
  const free = bavail * bsize;
  if (toCome + SPARE_BYTES <= free) return;
  const sizes = `${describeBytes(toCome)} more are needed, and ${describeBytes(free)} are free`;
  throw new DiskError(`No room in ${dirname(target)}: ${sizes}`, { hint: KEPT_HINT });
}

const KEPT_HINT =
  "What has been downloaded is kept, and the next build goes on from there. PACKER_CACHE_DIR names another place for the cache.";

const PROGRESS_EVERY_MS = 100;

function throttled(
  report: (done: number, total: number | undefined) => void,
): (done: number, total: number | undefined) => void {
  let last = 0;
  return (done, total) => {
    const now = performance.now();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    report(done, total);
  };
}
