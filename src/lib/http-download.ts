import { HttpError, describeNetworkFailure, httpGet, type GetOptions, type GetResponse } from "./http-get.ts";
import { proxyFor, withoutCredentials } from "./http-dispatcher.ts";
import { mayPass, statusReason } from "./http-status.ts";
import type { PartFile, Validators } from "./part-file.ts";
import { sleep } from "./retry.ts";
import { isPage, refusePageText, refuseWebPage } from "./web-page.ts";

export interface HttpDownloadOptions extends GetOptions {
  /** Bytes done and, where the server says it, bytes in all. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  /** Called once the size is known, before the first byte is written; may reject (no room on the disk). */
  readonly beforeBody?: ((bytesToCome: number | undefined) => Promise<void>) | undefined;
  /** Rest belongs to beginning only if the digest says so in the end: resume even where the server gives no validator. */
  readonly verifiedLater: boolean;
  /** Give up after so many attempts in a row that brought no byte. Default 4. */
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
  for (let failures = 0; ;) {
    const before = part.size;
    try {
      return await attempt(url, part, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof CutError)) throw error;
      failures = part.size > before ? 1 : failures + 1;
      if (failures >= attempts) throw new HttpError(error.message, { cause: error.cause });
      options.onRetry?.(error.message, part.size);
      await sleep(Math.min((options.pauseMs ?? 400) * 2 ** (failures - 1), 5000), options.signal);
    }
  }
}

/** A failure that may pass: what came so far stays, and another attempt is worth it. */
class CutError extends Error {}

async function attempt(url: string, part: PartFile, options: HttpDownloadOptions): Promise<DownloadedOrigin> {
  const range = await rangeHeaders(url, part, options);
  let response: GetResponse;
  try {
    response = await httpGet(url, { ...options, headers: { ...options.headers, ...range } });
  } catch (error) {
    throw isTransient(error) ? new CutError(message(error), { cause: error }) : error;
  }
  try {
    return await receive(url, part, response, options);
  } finally {
    await response.close();
  }
}

/** Certificates and unknown hosts do not mend themselves in a second. */
function isTransient(error: unknown): boolean {
  return error instanceof HttpError && error.cause !== undefined && !/certificate|no such host/.test(error.message);
}

async function rangeHeaders(
  url: string,
  part: PartFile,
  options: HttpDownloadOptions,
): Promise<Readonly<Record<string, string>>> {
  if (part.size === 0) return {};
  const known = await part.validators();
  const strongEtag = known?.etag !== undefined && !known.etag.startsWith("W/") ? known.etag : undefined;
  const validator = known?.url === withoutCredentials(url) ? (strongEtag ?? known.lastModified) : undefined;
  if (validator === undefined && !options.verifiedLater) {
    await part.restart();
    return {};
  }
  return { range: `bytes=${part.size}-`, ...(validator === undefined ? {} : { "if-range": validator }) };
}

async function receive(
  url: string,
  part: PartFile,
  response: GetResponse,
  options: HttpDownloadOptions,
): Promise<DownloadedOrigin> {
  const origin = { etag: response.headers["etag"], lastModified: response.headers["last-modified"] };
  if (response.status === 416) return afterUnsatisfiable(part, response, origin);
  if (mayPass(response.status)) throw new CutError(statusReason(response.status));
  if (response.status !== 200 && response.status !== 206) throw new HttpError(statusReason(response.status));
  if (response.status === 206 && firstByte(response) !== part.size)
    throw new HttpError("the server sent another part of the file than it was asked for");
  // 200 to a request for the rest: the server does not know ranges, or the file has changed.
  if (response.status === 200 && part.size > 0) await part.restart();
  const total = totalSize(response, part.size);
  refuseWebPage(url, response);
  await part.setValidators({ url: withoutCredentials(url), ...origin, total } satisfies Validators);
  await options.beforeBody?.(total === undefined ? undefined : total - part.size);
  await receiveBody(url, part, response, total, options);
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

function totalSize(response: GetResponse, have: number): number | undefined {
  const length = Number(response.headers["content-length"] ?? NaN);
  return Number.isNaN(length) ? undefined : length + (response.status === 206 ? have : 0);
}

async function receiveBody(
  url: string,
  part: PartFile,
  response: GetResponse,
  total: number | undefined,
  options: HttpDownloadOptions,
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
    throw cut(part, total, describeNetworkFailure(error, proxyFor(new URL(url), options.env)), error);
  }
  if (total !== undefined && part.size < total) throw cut(part, total, "the connection was cut");
}

function cut(part: PartFile, total: number | undefined, reason: string, cause?: unknown): CutError {
  const of = total === undefined ? "" : ` of ${total}`;
  return new CutError(`truncated at ${part.size}${of} bytes: ${reason}`, cause === undefined ? undefined : { cause });
}

function isDiskFailure(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["ENOSPC", "EDQUOT", "EROFS", "EIO", "EFBIG"].includes(String(error.code))
  );
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
