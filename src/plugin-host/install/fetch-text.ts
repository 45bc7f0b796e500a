import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { httpGet, type GetResponse } from "../../lib/http-get.ts";
import { HttpError } from "../../lib/http-redirect.ts";
import { withoutCredentials } from "../../lib/http-dispatcher.ts";
import { mayPass, statusReason } from "../../lib/http-status.ts";
import { retry } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";

export interface FetchOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A sentence for an answer that is no success, where the server has a way of its own to say why. */
  readonly explain?: ((response: Pick<GetResponse, "status" | "headers">) => BuildError | undefined) | undefined;
}

/** A small text, and what came along. */
export interface FetchedText {
  readonly text: string;
  readonly headers: GetResponse["headers"];
}

export interface FetchedBytes {
  readonly bytes: Buffer;
  readonly headers: GetResponse["headers"];
}

const MOST_BYTES = 16 * 1024 * 1024;

/** As `fetchBytes`, for UTF-8. */
export async function fetchText(url: string, options: FetchOptions): Promise<FetchedText | undefined> {
  const fetched = await fetchBytes(url, options);
  return fetched && { text: fetched.bytes.toString("utf8"), headers: fetched.headers };
}

/** Reads an address (http, https or file). `undefined`: there is no such thing there. Rejects with a `BuildError`. */
export async function fetchBytes(url: string, options: FetchOptions): Promise<FetchedBytes | undefined> {
  if (url.startsWith("file:")) return readLocal(url);
  try {
    return await retry(() => fetchOnce(url, options), {
      attempts: 3,
      delayMs: 500,
      signal: options.signal,
      shouldRetry: (error) => error instanceof Passing,
    });
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof BuildError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BuildError(`${withoutCredentials(url)} cannot be read: ${reason}`);
  }
}

/** A failure that another try may mend. */
class Passing extends Error {}

async function fetchOnce(url: string, options: FetchOptions): Promise<FetchedBytes | undefined> {
  const { env, signal, headers, explain } = options;
  const response = await httpGet(url, { env, signal, ...(headers && { headers }) }).catch((error: unknown) => {
    const isFinal = error instanceof HttpError && /certificate|no such host|redirects/.test(error.message);
    throw isFinal ? error : new Passing(error instanceof Error ? error.message : String(error));
  });
  try {
    if (response.status === 200) return { bytes: await readBody(response), headers: response.headers };
    const explained = explain?.(response);
    if (explained) throw explained;
    if (response.status === 404 || response.status === 410) return undefined;
    const reason = statusReason(response.status);
    throw mayPass(response.status) ? new Passing(reason) : new HttpError(reason);
  } finally {
    await response.close();
  }
}

async function readBody({ body }: GetResponse): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MOST_BYTES) throw new HttpError("the answer is too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function readLocal(url: string): Promise<FetchedBytes | undefined> {
  const path = fileURLToPath(url);
  try {
    return { bytes: await readFile(path), headers: {} };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new BuildError(`${path} cannot be read`, { cause: error });
  }
}
