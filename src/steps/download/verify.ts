import { stat } from "node:fs/promises";
import { hashFile, type Digest, type DigestAlgorithm } from "../../lib/checksum.ts";
import { exists } from "../../owned/owned-path.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import { cacheDirectory, wrongDigest, type DownloadAttempt } from "./attempt.ts";
import { stampDigest, stampedDigests } from "./stamp.ts";

/**
 * Whether the file that is there already is the wanted one, by its stamp or else by its content. Where it is not,
 * `instead` says what will be done about it.
 */
export async function isVerified(
  attempt: DownloadAttempt,
  path: string,
  { digest, instead }: { readonly digest: Digest; readonly instead: string },
): Promise<boolean> {
  if (!(await exists(path))) return false;
  try {
    await verify(attempt, path, digest);
  } catch (error) {
    attempt.signal.throwIfAborted();
    if (!(error instanceof BuildError)) throw error;
    attempt.run.warn(`${path} is not what it should be (${error.message}); ${instead}.`);
    return false;
  }
  attempt.run.say(`Using ${attempt.options.label} from the cache: ${path}`);
  return true;
}

/** Rejects where the file has another digest. */
export async function verify(attempt: DownloadAttempt, path: string, digest: Digest): Promise<void> {
  const actual = await digestOf(attempt, path, digest.algorithm);
  if (actual.hex !== digest.hex) throw wrongDigest(digest, actual, attempt);
}

/** The digest of a file, which is read only where no stamp tells it. */
export async function digestOf(
  { run, signal }: Pick<DownloadAttempt, "run" | "signal">,
  path: string,
  algorithm: DigestAlgorithm,
): Promise<Digest> {
  const known = await stampedDigest(run, path, algorithm);
  if (known !== undefined) return known;
  const seen = await stat(path);
  const digest = await hashFile(path, algorithm, {
    signal,
    onProgress: (done) => run.progress(`verifying ${algorithm}`, done, seen.size),
  });
  await stampDigest(cacheDirectory(run), path, { digest, seen }).catch((error: unknown) =>
    run.debug("download", `no stamp: ${String(error)}`),
  );
  return digest;
}

async function stampedDigest(run: Run, path: string, algorithm: DigestAlgorithm): Promise<Digest | undefined> {
  if (run.options.rehash) return undefined;
  const stamped = await stampedDigests(cacheDirectory(run), path);
  return stamped.find((digest) => digest.algorithm === algorithm);
}
