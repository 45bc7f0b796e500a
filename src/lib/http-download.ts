import { describeNetworkFailure, httpGet, type GetOptions, type GetResponse } from "./http-get.ts";
import { proxyFor, withoutCredentials } from "./http-dispatcher.ts";
import { HttpError } from "./http-redirect.ts";
import { mayPass, statusReason } from "./http-status.ts";
import type { PartFile, Validators } from "./part-file.ts";
import { sleep } from "./retry.ts";
import { isPage, refusePageText, refuseWebPage } from "./web-page.ts";

export interface HttpDownloadOptions extends GetOptions {
  /** Bytes received and, if the server says so, the total. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  /** Called once the size is known, before the first byte is written; may reject (no room on the disk). */
  readonly beforeBody?: ((bytesToCome: number | undefined) => Promise<void>) | undefined;
  /** The digest will be checked in the end, so resume even if the server gives no validator. */
  readonly verifiedLater: boolean;
  /** Give up after this many attempts in a row without receiving a byte. Default 4. */
  readonly attempts?: number;
  /** Pause after the first failure; it doubles with each further one, up to 5 s. Default 400 ms. */
  readonly pauseMs?: number | undefined;
  readonly onRetry?: ((reason: string, at: number) => void) | undefined;
}

export interface DownloadedOrigin {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

/**
 * Fetches `url` into `part`, going on where an earlier attempt (of this process or another) was cut. Rejects with an
 * HttpError whose message is a reason; what was received stays in `part` unless it cannot belong to the file.
 * Source: RFC 9110, sections 13.1.5 (If-Range), 14 (ranges), 15.5.17 (416).
 */
export async function httpDownload(
  url: string,
  part: PartFile,
  options: HttpDownloadOptions,
): Promise<DownloadedOrigin> {
  const attempts = options.attempts ?? 4;
  const download = { url, part, options };
  for (let failures = 0; ;) {
    const before = part.size;
    try {
      return await attempt(download);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof CutError)) throw error;
      if (part.size > before) failures = 0;
      failures++;
      if (failures >= attempts) throw new HttpError(error.message, { cause: error.cause });
      options.onRetry?.(error.message, part.size);
      await sleep(Math.min((options.pauseMs ?? 400) * 2 ** (failures - 1), 5000), options.signal);
    }
  }
}

interface Download {
  readonly url: string;
  readonly part: PartFile;
  readonly options: HttpDownloadOptions;
}

/** A failure that may be temporary: what was received is kept, and another attempt is worthwhile. */
class CutError extends Error {}

async function attempt(download: Download): Promise<DownloadedOrigin> {
  const { url, options } = download;
  const range = await rangeHeaders(download);
  let response: GetResponse;
  try {
    response = await httpGet(url, { ...options, headers: { ...options.headers, ...range } });
  } catch (error) {
    if (isTransient(error)) throw new CutError(error.message, { cause: error });
    throw error;
  }
  try {
    return await receive(download, response);
  } finally {
    await response.close();
  }
}

/** Problems with certificates and unknown hosts do not go away within seconds. */
function isTransient(error: unknown): error is HttpError {
  return error instanceof HttpError && error.cause !== undefined && !/certificate|no such host/.test(error.message);
}

async function rangeHeaders({ url, part, options }: Download): Promise<Readonly<Record<string, string>>> {
  if (part.size === 0) return {};
  const range = `bytes=${part.size}-`;
  const known = await part.validators();
  const validator = known?.url === withoutCredentials(url) ? strongValidator(known) : undefined;
  if (validator !== undefined) return { range, "if-range": validator };
  if (options.verifiedLater) return { range };
  await part.restart();
  return {};
}

/** A weak etag says nothing about the bytes. */
function strongValidator({ etag, lastModified }: Validators): string | undefined {
  const isStrong = etag !== undefined && !etag.startsWith("W/");
  return isStrong ? etag : lastModified;
}

async function receive(download: Download, response: GetResponse): Promise<DownloadedOrigin> {
  const { url, part, options } = download;
  const { status } = response;
  const origin = { etag: response.headers["etag"], lastModified: response.headers["last-modified"] };
  if (status === 416) return afterUnsatisfiable(part, response, origin);
  if (mayPass(status)) throw new CutError(statusReason(status));
  if (status !== 200 && status !== 206) throw new HttpError(statusReason(status));
  if (status === 206 && firstByte(response) !== part.size)
    throw new HttpError("the server sent another part of the file than it was asked for");
  // 200 to a request for the rest: the server does not know ranges, or the file has changed.
  if (status === 200 && part.size > 0) await part.restart();
  const toCome = contentLength(response);
  const total = toCome === undefined ? undefined : toCome + part.size;
  refuseWebPage(url, response);
  await part.setValidators({ url: withoutCredentials(url), ...origin, total } satisfies Validators);
  await options.beforeBody?.(toCome);
  await receiveBody(download, response, total);
  return origin;
}

/** 416 to a request for the rest: either there is none left, or what we have is longer than the file. */
async function afterUnsatisfiable(
  part: PartFile,
  response: GetResponse,
  origin: DownloadedOrigin,
): Promise<DownloadedOrigin> {
  const total = /^bytes \*\/(\d+)$/.exec(response.headers["content-range"] ?? "")?.[1];
  if (total !== undefined && Number(total) === part.size) return origin;
  await part.restart();
  throw new CutError("the file on the server has become shorter");
}

function firstByte(response: GetResponse): number {
  return Number(/^bytes (\d+)-/.exec(response.headers["content-range"] ?? "")?.[1] ?? NaN);
}

function contentLength(response: GetResponse): number | undefined {
  const length = Number(response.headers["content-length"] ?? NaN);
  return Number.isNaN(length) ? undefined : length;
}

async function receiveBody(
  { url, part, options }: Download,
  response: GetResponse,
  total: number | undefined,
): Promise<void> {
  let first = part.size === 0 && !isPage(url);
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      if (first) refusePageText(chunk);
      first = false;
      await part.append(chunk);
      options.onProgress?.(part.size, total);
    }
    await part.flush();
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof HttpError || isDiskFailure(error)) throw error;
    const reason = describeNetworkFailure(error, proxyFor(new URL(url), options.env));
    throw new CutError(truncated(part, total, reason), { cause: error });
  }
  if (total !== undefined && part.size < total) throw new CutError(truncated(part, total, "the connection was cut"));
}

function truncated({ size }: PartFile, total: number | undefined, reason: string): string {
  if (total === undefined) return `truncated at ${size} bytes: ${reason}`;
  return `truncated at ${size} of ${total} bytes: ${reason}`;
}

const DISK_FAILURES = ["ENOSPC", "EDQUOT", "EROFS", "EIO", "EFBIG"];

function isDiskFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && DISK_FAILURES.includes(String(error.code));
}
