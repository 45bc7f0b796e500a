import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { request } from "undici";
import { httpDispatcher, type DispatcherOptions } from "./http-dispatcher.ts";
import { followRedirects, HttpError, type RedirectableRequest } from "./http-redirect.ts";
import { HttpStatusError, statusError } from "./json-api.ts";

export interface UploadFileOptions extends DispatcherOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Bytes handed to the connection so far. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * PUTs a file to a (pre-signed) address, in one try; goes where a 307 or 308 points (RFC 9110, 15.4.8: the body is sent
 * again). Rejects with `HttpStatusError` for an answer that is no success.
 */
export async function uploadFile(url: string, path: string, options: UploadFileOptions): Promise<void> {
  const first = { url: new URL(url), method: "PUT", headers: options.headers ?? {}, hasBody: true };
  const send = ({ url: target, headers }: RedirectableRequest) => putOnce(target, path, { ...options, headers });
  try {
    await followRedirects(first, send, async () => {});
  } catch (error) {
    // Where a server sends us is its answer: another try would be sent there too.
    if (error instanceof HttpError) throw new HttpStatusError(PERMANENT_REDIRECT, error.message);
    throw error;
  }
}

const PERMANENT_REDIRECT = 308;

async function putOnce(url: URL, path: string, options: UploadFileOptions) {
  const { size } = await stat(path);
  const dispatcher = httpDispatcher(url, options.env, options);
  let done = 0;
  const body = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
      yield chunk;
      options.onProgress?.((done += chunk.length), size);
    }
  };
  try {
    const answer = await request(url, {
      method: "PUT",
      dispatcher,
      signal: options.signal,
      headers: { "content-length": String(size), ...options.headers },
      body: Readable.from(body(), { objectMode: false }),
    });
    const text = await answer.body.text();
    const { location } = answer.headers;
    const status = answer.statusCode;
    // Others ask for a GET, with which nothing would arrive.
    const isRedirect = status === 307 || status === 308;
    if (isRedirect && typeof location === "string") return { status, location };
    if (status >= 300) throw statusError(status, text);
    return { status, location: undefined };
  } finally {
    await dispatcher.destroy();
  }
}
