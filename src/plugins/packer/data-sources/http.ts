import { STATUS_CODES } from "node:http";
import { request } from "undici";
import { basicAuthorization } from "../../../lib/basic-authorization.ts";
import { httpDispatcher, withoutCredentials } from "../../../lib/http-dispatcher.ts";
import { followRedirects, HttpError, type RedirectableRequest } from "../../../lib/http-redirect.ts";
import { retry } from "../../../lib/retry.ts";
import type { DataSource } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { choice, map, text } from "../../../sdk/schema/field.ts";
import { error, rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const fields = {
  url: text("What to request, by http or https."),
  method: choice(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"], "How.").default("GET"),
  request_headers: map(text("A value."), "Headers of the request.").default({}),
  request_body: text("Body of the request.").optional(),
};
const schema = defineSchema(fields, {
  rules: [
    rule(fields, ["url"], ({ url }) => {
      if (URL.canParse(url) && /^https?:/.test(url)) return [];
      const detail = '"url" must be a complete http or https address.';
      return [error("invalid-argument", ["url"], "Invalid URL", detail)];
    }),
  ],
});
type HttpDataConfig = ConfigOf<typeof schema>;

export const dataSource: DataSource<HttpDataConfig> = {
  kind: "data-source",
  type: "http",
  summary: "Requests something by HTTP.",
  schema,
  outputs: {
    url: "string",
    body: "string",
    body_base64: "string",
    status: "number",
    response_headers: "map(string)",
    request_headers: "map(string)",
  },
  async read(run, config) {
    const address = withoutCredentials(config.url);
    const answer = await ask(run, config, address);
    const { status, headers, bytes } = answer;
    if (status < 200 || status > 299) throw badStatus(`${config.method} ${address}`, answer);
    return {
      url: config.url,
      body: bytes.toString("utf8"),
      body_base64: bytes.toString("base64"),
      status,
      response_headers: headers,
      // Packer gives the headers of the response this name.
      request_headers: headers,
    };
  },
};

function badStatus(what: string, { status, bytes }: HttpAnswer): BuildError {
  const summary = `${what} was answered with status ${status} ${STATUS_CODES[status] ?? ""}`.trimEnd();
  if (bytes.length === 0) return new BuildError(summary);
  return new BuildError(summary, { hint: `The server said: ${bytes.toString("utf8").slice(0, 300)}` });
}

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS"]);

interface HttpAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

async function ask(run: Run, config: HttpDataConfig, address: string): Promise<HttpAnswer> {
  const { url, method, request_headers: headers, request_body: body } = config;
  const first = { url: new URL(url), method, headers, hasBody: body !== undefined };
  const send = (next: RedirectableRequest) => requestOnce(run, next, next.hasBody ? body : undefined);
  try {
    return await retry(() => followRedirects(first, send, async () => {}), {
      attempts: IDEMPOTENT.has(config.method) ? 3 : 1,
      delayMs: 500,
      signal: run.signal,
      shouldRetry: (failure) => !(failure instanceof HttpError),
      onRetry: (failure) =>
        run.debug("http", `${config.method} ${address} failed, trying again`, { failure: String(failure) }),
    });
  } catch (cause) {
    run.signal.throwIfAborted();
    throw new BuildError(`${config.method} ${address} failed`, { cause });
  }
}

/** Each host may need another proxy, or none. */
async function requestOnce(run: Run, to: RedirectableRequest, body: string | undefined): Promise<HttpAnswer> {
  const { env } = run.host;
  const url = withoutCredentials(to.url.href);
  const login = to.url.username === "" ? {} : { authorization: basicAuthorization(to.url) };
  const headers = { ...login, ...to.headers };
  const dispatcher = httpDispatcher(url, env);
  try {
    const { method } = to;
    const answer = await request(url, { method, headers, body: body ?? null, dispatcher, signal: run.signal });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    const received = headersOf(answer.headers);
    return { status: answer.statusCode, location: received["location"], headers: received, bytes };
  } finally {
    await dispatcher.close();
  }
}

/** A header that came more than once is one with a comma (RFC 9110, section 5.3). */
function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")] as const);
  return Object.fromEntries(entries);
}
