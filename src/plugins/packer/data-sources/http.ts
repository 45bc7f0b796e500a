import { fetch, type Response } from "undici";
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
    rule(fields, ["method", "request_body"], ({ method, request_body: body }) => {
      const isBodyless = method === "GET" || method === "HEAD";
      if (body === undefined || !isBodyless) return [];
      const detail = `A ${method} request has no body. Set method = "POST", or leave out "request_body".`;
      return [error("conflicting-arguments", ["request_body"], "Body without a place", detail)];
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
    const { response, bytes } = await request(run, config, address);
    if (!response.ok) throw badStatus(`${config.method} ${address}`, response, bytes);
    const headers = Object.fromEntries(response.headers);
    return {
      url: config.url,
      body: bytes.toString("utf8"),
      body_base64: bytes.toString("base64"),
      status: response.status,
      response_headers: headers,
      // Packer gives the headers of the response this name.
      request_headers: headers,
    };
  },
};

function badStatus(what: string, { status, statusText }: Response, body: Buffer): BuildError {
  const summary = `${what} was answered with status ${status} ${statusText}`;
  if (body.length === 0) return new BuildError(summary);
  return new BuildError(summary, { hint: `The server said: ${body.toString("utf8").slice(0, 300)}` });
}

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS"]);

interface HttpAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly response: Response;
  readonly bytes: Buffer;
}

async function request(run: Run, config: HttpDataConfig, address: string): Promise<HttpAnswer> {
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
    const options = { method: to.method, headers, body: body ?? null, dispatcher, signal: run.signal };
    const response = await fetch(url, { ...options, redirect: "manual" });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, location: response.headers.get("location") ?? undefined, response, bytes };
  } finally {
    await dispatcher.close();
  }
}
