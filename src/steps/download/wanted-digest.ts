import { readFile } from "node:fs/promises";
import { findChecksum, parseChecksumFile, type ChecksumEntry } from "../../lib/checksum-file.ts";
import type { Checksum } from "../../lib/checksum-spec.ts";
import type { Digest } from "../../lib/checksum.ts";
import { nearest } from "../../lib/did-you-mean.ts";
import { errorMessage } from "../../lib/error-text.ts";
import { httpGet } from "../../lib/http-get.ts";
import { mayPass, statusReason } from "../../lib/http-status.ts";
import { retry } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run } from "../../sdk/run.ts";
import { withoutCredentials } from "../../lib/http-dispatcher.ts";
import { parseSource, type DownloadSource } from "./place.ts";

/** What a file has to be, by its name; `undefined` when anything goes. */
export type WantedDigest = (fileName: string) => Digest | undefined;

/** Reads the checksum file where there is one (once), and says what each file has to be. */
export async function wantedDigests(run: Run, checksum: Checksum, signal: AbortSignal): Promise<WantedDigest> {
  if (checksum.kind === "none") return () => undefined;
  if (checksum.kind === "digest") return () => checksum.digest;
  const shown = withoutCredentials(checksum.location);
  const source = parseSource(checksum.location, run.directories.work);
  const entries = parseChecksumFile(await readSmallFile(run, source, shown, signal));
  if (entries.length === 0) throw new BuildError(`The checksum file ${shown} has no checksum in it`);
  return (fileName) => findChecksum(entries, fileName) ?? refuse(entries, fileName, shown);
}

const LARGEST = 16 * 1024 * 1024;

async function readSmallFile(run: Run, source: DownloadSource, shown: string, signal: AbortSignal): Promise<string> {
  try {
    if (source.kind === "local") return await readFile(source.path, "utf8");
    return await retry(() => fetchText(run, source.url, signal), { attempts: 3, delayMs: 500, signal, shouldRetry });
  } catch (error) {
    signal.throwIfAborted();
    throw new BuildError(`The checksum file ${shown} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
}

/** An answer that will be the same next time. */
class FinalError extends Error {}

function shouldRetry(error: unknown): boolean {
  return !(error instanceof FinalError);
}

async function fetchText(run: Run, url: string, signal: AbortSignal): Promise<string> {
  const response = await httpGet(url, { env: run.host.env, signal });
  try {
    const { status } = response;
    if (status !== 200 && mayPass(status)) throw new Error(statusReason(status));
    if (status !== 200) throw new FinalError(statusReason(status));
    let text = "";
    for await (const chunk of response.body.setEncoding("utf8") as AsyncIterable<string>) {
      text += chunk;
      if (text.length > LARGEST) throw new FinalError("it is too large to be a checksum file");
    }
    return text;
  } finally {
    await response.close();
  }
}

function refuse(entries: readonly ChecksumEntry[], fileName: string, shown: string): never {
  const names = entries.map(({ name }) => name).filter((name) => name !== undefined);
  throw new BuildError(`The checksum file ${shown} does not list "${fileName}"`, { hint: namesHint(names, fileName) });
}

const MOST_NAMES = 5;

function namesHint(names: readonly string[], fileName: string): string {
  const guess = nearest(fileName, names);
  const similar = names.filter((name) => name === guess).slice(0, 1);
  const ordered = [...similar, ...names.filter((name) => name !== guess)];
  const lines = ordered.slice(0, MOST_NAMES);
  if (ordered.length > MOST_NAMES) lines.push(`… and ${ordered.length - MOST_NAMES} more`);
  return ["It lists:", ...lines.map((line) => `    ${line}`)].join("\n");
}
