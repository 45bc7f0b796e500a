import { request, type Dispatcher } from "undici";
import { errorText } from "./error-text.ts";
import { httpDispatcher } from "./http-dispatcher.ts";
import { retry } from "./retry.ts";

export interface JsonApiOptions {
  /** Paths of requests are added to this. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly insecureTls?: boolean | undefined;
  /** How long to retry when the server throttles, fails or cannot be reached. Default 2 minutes. */
  readonly patienceMs?: number | undefined;
  /** One call per try, for a debug log. Never given headers or bodies. */
  readonly onTry?: ((method: string, path: string, result: string, durationMs: number) => void) | undefined;
  /** A failed try that will be repeated. */
  readonly onRetry?: ((reason: string, pauseMs: number) => void) | undefined;
}

export interface JsonApi {
  /** Resolves for a 2xx answer, with its JSON body; rejects with `HttpStatusError` for any other that persists. */
  call<Body = unknown>(method: string, path: string, body?: unknown): Promise<Body>;
  /** The same service for calls that have to outlive the first signal (undoing after a cancel). */
  withSignal(signal: AbortSignal): JsonApi;
}

/** An answer that is not a success. `message` holds what the server said about it. */
export class HttpStatusError extends Error {
  override readonly name = "HttpStatusError";
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Worth retrying: throttled, a server error, or no answer at all. Other 4xx answers are final. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof HttpStatusError)) return true;
  return error.status === 429 || error.status === 408 || error.status >= 500;
}

/** A JSON-over-HTTP service with patience: transient failures are retried with growing, jittered pauses. */
export function createJsonApi(options: JsonApiOptions): JsonApi {
  // Its sockets close when idle and do not keep the process alive.
  const dispatcher = httpDispatcher(options.baseUrl, options.env, { insecureTls: options.insecureTls });
  return apiThrough(dispatcher, options);
}

function apiThrough(dispatcher: Dispatcher, options: JsonApiOptions): JsonApi {
  const attempt = async (call: Call): Promise<unknown> => {
    const started = performance.now();
    const tell = (result: string) => options.onTry?.(call.method, call.path, result, performance.now() - started);
    try {
      return await callOnce(call, dispatcher, options, tell);
    } catch (error) {
      if (!(error instanceof HttpStatusError)) tell(errorText(error));
      throw error;
    }
  };
  return {
    call: async <Body>(method: string, path: string, body?: unknown) => {
      const answer = await retry(() => attempt({ method, path, body }), {
        timeoutMs: options.patienceMs ?? 120_000,
        delayMs: 500,
        maxDelayMs: 15_000,
        signal: options.signal,
        shouldRetry: isTransient,
        pauseFor: (error) => (error instanceof HttpStatusError ? error.retryAfterMs : undefined),
        onRetry: (error, _, pauseMs) => options.onRetry?.(errorText(error), pauseMs),
      });
      return answer as Body;
    },
    withSignal: (signal) => apiThrough(dispatcher, { ...options, signal }),
  };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

async function callOnce(
  { method, path, body }: Call,
  dispatcher: Dispatcher,
  { baseUrl, headers, signal }: JsonApiOptions,
  tell: (result: string) => void,
): Promise<unknown> {
  const hasBody = body !== undefined;
  const answer = await request(baseUrl.replace(/\/$/, "") + path, {
    method: method as "GET",
    dispatcher,
    signal,
    headers: { accept: "application/json", ...(hasBody && { "content-type": "application/json" }), ...headers },
    ...(hasBody && { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  tell(String(answer.statusCode));
  const { location, "retry-after": retryAfter } = answer.headers;
  // The token is sent only to the configured address.
  if (answer.statusCode >= 300 && answer.statusCode < 400) {
    throw statusError(answer.statusCode, `the service has moved to ${String(location)}; set that address`);
  }
  if (answer.statusCode >= 300) throw statusError(answer.statusCode, text, retryAfter);
  return parseBody(text);
}

export function statusError(status: number, text: string, retryAfter?: string | string[]): HttpStatusError {
  const seconds = Number(retryAfter);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  const message = [`HTTP ${status}`, serverMessage(text)].filter(Boolean).join(": ");
  return new HttpStatusError(status, message, retryAfterMs);
}

/** The usual places of a message in a JSON error body; an HTML page says nothing to a person. */
function serverMessage(text: string): string {
  const said = messageIn(parseBody(text));
  if (typeof said === "string" && said !== "") return said;
  const isPage = text.trimStart().startsWith("<");
  return isPage ? "" : text.trim().slice(0, 200);
}

function messageIn(body: unknown): unknown {
  if (typeof body !== "object" || body === null) return undefined;
  const { errors, message, error } = body as { errors?: unknown; message?: unknown; error?: unknown };
  if (Array.isArray(errors)) return errors.map(String).join("; ");
  return message ?? error ?? errors;
}

function parseBody(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
