import { withoutCredentials } from "./http-dispatcher.ts";

/** A request that got no answer of use. The message names no credentials. */
export class HttpError extends Error {
  override readonly name = "HttpError";
}

export interface RedirectableRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with it, as long as a redirect leaves it a request with a body. */
  readonly hasBody: boolean;
}

interface Redirecting {
  readonly status: number;
  readonly location: string | undefined;
}

const MOST_REDIRECTS = 10;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Sends a request, and sends it on as long as the answer is a redirect. Never from HTTPS to anything unencrypted; and to
 * another host without those headers that may hold a key, which are all but the ones that HTTP itself gives a meaning.
 * Rejects with an HttpError. `drop` ends an answer that is not to be read.
 * Source: RFC 9110, section 15.4.
 */
export async function followRedirects<Answer extends Redirecting>(
  first: RedirectableRequest,
  send: (request: RedirectableRequest) => Promise<Answer>,
  drop: (answer: Answer) => Promise<void>,
): Promise<Answer> {
  let request = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await send(request);
    const next = redirected(request, answer);
    if (!next) return answer;
    await drop(answer);
    checkTarget(request.url, next.url);
    request = next;
  }
  throw new HttpError(`the server redirects more than ${MOST_REDIRECTS} times`);
}

function redirected(request: RedirectableRequest, answer: Redirecting): RedirectableRequest | undefined {
  const { status, location } = answer;
  if (location === undefined || !REDIRECTS.includes(status)) return undefined;
  if (!URL.canParse(location, request.url)) throw new HttpError("the server redirects to something that is no address");
  const url = new URL(location, request.url);
  const headers = url.origin === request.url.origin ? request.headers : harmless(request.headers);
  if (!becomesGet(request.method, status)) return { ...request, url, headers };
  return { url, method: "GET", headers: withoutContent(headers), hasBody: false };
}

/** A form that was accepted leads to a page; browsers have always treated 301 and 302 so. */
function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== "HEAD";
  return method === "POST" && (status === 301 || status === 302);
}

function checkTarget(from: URL, to: URL): void {
  const shown = withoutCredentials(to.href);
  if (!/^https?:$/.test(to.protocol)) throw new HttpError(`the server redirects to ${shown}, which is not HTTP`);
  if (from.protocol !== "https:" || to.protocol === "https:") return;
  throw new HttpError(`the server redirects from HTTPS to ${shown}, which is not encrypted`);
}

/** What HTTP itself gives a meaning that is nobody's secret. */
const HARMLESS = /^(accept(-\w+)?|cache-control|content-(type|length|encoding|language)|if-[\w-]+|range|user-agent)$/i;

function harmless(headers: RedirectableRequest["headers"]): RedirectableRequest["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.test(name)));
}

function withoutContent(headers: RedirectableRequest["headers"]): RedirectableRequest["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^content-/i.test(name)));
}
