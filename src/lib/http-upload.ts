import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { request } from "undici";
import { httpDispatcher, type DispatcherOptions } from "./http-dispatcher.ts";
import { HttpStatusError, statusError } from "./json-api.ts";

export interface UploadFileOptions extends DispatcherOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Bytes handed to the connection so far. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const REDIRECTS = 5;

/**
 * PUTs a file to a (pre-signed) address, in one try; goes where a 307 or 308 points (RFC 9110, 15.4.8: the body is sent
 * again), at another host without the headers, which may hold a token. Rejects with `HttpStatusError` for an answer that is no
 * success.
 */
export async function uploadFile(url: string, path: string, options: UploadFileOptions): Promise<void> {
  let [target, headers] = [url, options.headers];
  for (let redirects = 0; ; redirects++) {
    const next = await putOnce(target, path, { ...options, headers });
    if (next === undefined) return;
    if (redirects === REDIRECTS) throw new HttpStatusError(307, `more than ${REDIRECTS} redirects`);
    if (new URL(next).origin !== new URL(target).origin) headers = undefined;
    target = next;
  }
}

/** Resolves to the address to send the file to instead, where the server names one. */
async function putOnce(url: string, path: string, options: UploadFileOptions): Promise<string | undefined> {
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
    const isRedirect = answer.statusCode === 307 || answer.statusCode === 308;
    if (isRedirect && typeof location === "string") return new URL(location, url).href;
    if (answer.statusCode >= 300) throw statusError(answer.statusCode, text);
    return undefined;
  } finally {
    await dispatcher.destroy();
  }
}
