import { readFileSync } from "node:fs";
import { EnvHttpProxyAgent, request } from "undici";
import { retry } from "../../../lib/retry.ts";
import { FunctionError } from "../definition.ts";

export interface HttpOptions {
  /** For messages: `Vault at https://…`. Holds no credentials. */
  readonly service: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal | undefined;
}

interface TlsOptions {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly serverName?: string | undefined;
  readonly verify?: boolean | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const ATTEMPTS = 3;
const TIMEOUT_MS = 30_000;

/** GET, tried again when the server cannot be reached or is busy (429, 5xx). @throws FunctionError when it stays so. */
export async function httpGet(url: URL, options: HttpOptions): Promise<HttpAnswer> {
  const { env, headers, service, signal } = options;
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: env["HTTP_PROXY"] ?? env["http_proxy"] ?? "",
    httpsProxy: env["HTTPS_PROXY"] ?? env["https_proxy"] ?? "",
    noProxy: env["NO_PROXY"] ?? env["no_proxy"] ?? "",
    connect: connectOptions(options.tls),
  });
  const attempt = async (): Promise<HttpAnswer> => {
    const ends = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
    const response = await request(url, { dispatcher, headers, signal: AbortSignal.any(ends) });
    const answer = { status: response.statusCode, body: await response.body.text() };
    const { location } = response.headers;
    // Followed, the token would go wherever the answer says.
    if (typeof location === "string" && answer.status >= 300 && answer.status < 400) throw new MovedError(location);
    if (answer.status === 429 || answer.status >= 500) throw new BusyError(answer);
    return answer;
  };
  try {
    const shouldRetry = (error: unknown) => !(error instanceof MovedError);
    return await retry(attempt, { attempts: ATTEMPTS, delayMs: 200, signal, shouldRetry });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof BusyError) return error.answer;
    if (error instanceof MovedError) throw new FunctionError(`${service} ${error.describe(url)}`);
    throw new FunctionError(`${service} cannot be reached: ${reason(error)}.`);
  } finally {
    await dispatcher.close();
  }
}

class BusyError extends Error {
  readonly answer: HttpAnswer;
  constructor(answer: HttpAnswer) {
    super(`status ${answer.status}`);
    this.answer = answer;
  }
}

/** The server redirects. */
class MovedError extends Error {
  readonly #location: string;
  constructor(location: string) {
    super("redirect");
    this.#location = location;
  }

  /** Follows the name of the service. */
  describe(from: URL): string {
    const to = URL.canParse(this.#location, from) ? new URL(this.#location, from).origin : "another address";
    return `has its requests sent to ${to}, which was not asked. Set that address if it is the same service.`;
  }
}

function reason(error: unknown): string {
  const { code, message, name } = error as NodeJS.ErrnoException;
  if (name === "TimeoutError") return `no answer within ${TIMEOUT_MS / 1000} seconds`;
  return message || code || "unknown reason";
}

function connectOptions({ caFile, certFile, keyFile, serverName, verify }: TlsOptions): Record<string, unknown> {
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new FunctionError(`the certificate or key file ${path} cannot be read: ${(error as Error).message}.`);
    }
  };
  return {
    ...(caFile && { ca: read(caFile) }),
    ...(certFile && { cert: read(certFile) }),
    ...(keyFile && { key: read(keyFile) }),
    ...(serverName && { servername: serverName }),
    ...(verify === false && { rejectUnauthorized: false }),
  };
}
