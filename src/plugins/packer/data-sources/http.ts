import { fetch, type Response } from "undici";
import { basicAuthorization } from "../../../lib/basic-authorization.ts";
import { httpDispatcher, withoutCredentials } from "../../../lib/http-dispatcher.ts";
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

/** A user and password in the address travel in a header, as everywhere. */
function withAuthorization({ url: text, request_headers: headers }: HttpDataConfig): {
  url: string;
  headers: Record<string, string>;
} {
  const url = new URL(text);
  if (url.username === "" && url.password === "") return { url: text, headers };
  return { url: withoutCredentials(text), headers: { authorization: basicAuthorization(url), ...headers } };
}

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS"]);

async function request(
  run: Run,
  config: HttpDataConfig,
  address: string,
): Promise<{ response: Response; bytes: Buffer }> {
  const dispatcher = httpDispatcher(config.url, run.host.env);
  const once = async () => {
    const { method, request_body: body } = config;
    const { url, headers } = withAuthorization(config);
    const response = await fetch(url, { method, headers, body: body ?? null, dispatcher, signal: run.signal });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  try {
    return await retry(once, {
      attempts: IDEMPOTENT.has(config.method) ? 3 : 1,
      delayMs: 500,
      signal: run.signal,
      onRetry: (failure) =>
        run.debug("http", `${config.method} ${address} failed, trying again`, { failure: String(failure) }),
    });
  } catch (cause) {
    run.signal.throwIfAborted();
    throw new BuildError(`${config.method} ${address} failed`, { cause });
  } finally {
    await dispatcher.close();
  }
}
