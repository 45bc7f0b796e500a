import type { Readable } from "node:stream";
import { request, type Dispatcher } from "undici";
import { httpDispatcher, proxyFor, withoutCredentials } from "./http-dispatcher.ts";
import { followRedirects, HttpError } from "./http-redirect.ts";
import { errorText } from "./error-text.ts";
import { basicAuthorization } from "./basic-authorization.ts";

export interface GetOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Receiving nothing for this long is a failure; there is no limit on the whole. Default 60 s. */
  readonly stallMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GetResponse {
  readonly status: number;
  readonly location: string | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
  /** The address after the last redirect. */
  readonly url: string;
  /** Ends the connection. Call it on every path out. */
  close(): Promise<void>;
}

/** GET, through the proxies the environment names, following redirects (each may need another proxy, or none). */
export function httpGet(url: string, options: GetOptions): Promise<GetResponse> {
  const first = { url: new URL(url), method: "GET", headers: options.headers ?? {}, hasBody: false };
  return followRedirects(
    first,
    ({ url: target, headers }) => getOnce(target, { ...options, headers }),
    (answer) => answer.close(),
  );
}

async function getOnce(url: URL, { env, headers, stallMs, signal }: GetOptions): Promise<GetResponse> {
  const dispatcher = httpDispatcher(url, env, { stallMs });
  try {
    const target = withoutCredentials(url.href);
    const response = await request(target, {
      dispatcher,
      // Set here as well, since a proxy's own connections do not inherit it.
      headersTimeout: stallMs ?? 60_000,
      bodyTimeout: stallMs ?? 60_000,
      headers: { "accept-encoding": "identity", "user-agent": "imgbuild", ...authorization(url), ...headers },
      ...(signal && { signal }),
    });
    const close = async (): Promise<void> => {
      response.body.on("error", () => {});
      response.body.destroy();
      await dispatcher.destroy();
    };
    const answered = singleHeaders(response);
    const { location } = answered;
    return { status: response.statusCode, location, headers: answered, body: response.body, url: target, close };
  } catch (error) {
    await dispatcher.destroy();
    signal?.throwIfAborted();
    throw new HttpError(describeNetworkFailure(error, proxyFor(url, env)), { cause: error });
  }
}

function authorization(url: URL): Readonly<Record<string, string>> {
  if (url.username === "") return {};
  return { authorization: basicAuthorization(url) };
}

function singleHeaders({ headers }: Dispatcher.ResponseData): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]]));
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's name could not be looked up",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was cut",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  UND_ERR_CONNECT_TIMEOUT: "the host does not answer",
  UND_ERR_HEADERS_TIMEOUT: "the server accepted the connection, but does not answer",
  UND_ERR_BODY_TIMEOUT: "the server stopped sending",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the connection was cut",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate is signed by an unknown authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's certificate is signed by an unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the server's certificate is signed by an unknown authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another name",
};

/** Why, in words; through which proxy, if any, without its credentials. */
export function describeNetworkFailure(error: unknown, proxy?: URL): string {
  const why = networkReason(error) ?? errorText(error);
  if (!proxy) return why;
  return `${why} (through the proxy ${withoutCredentials(proxy.href)})`;
}

/** The text for the error or one of its causes, if there is one. */
function networkReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const known = "code" in error ? reasons[String(error.code)] : undefined;
  return known ?? networkReason(error.cause);
}
