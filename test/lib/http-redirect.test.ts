import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { readConsul } from "../../src/language/functions/remote/consul.ts";
import { readVault } from "../../src/language/functions/remote/vault.ts";
import { httpGet } from "../../src/lib/http-get.ts";
import { followRedirects, type RedirectableRequest } from "../../src/lib/http-redirect.ts";
import { uploadFile } from "../../src/lib/http-upload.ts";
import { createJsonApi } from "../../src/lib/json-api.ts";
import { callerAddress } from "../../src/plugins/amazon/aws/caller-address.ts";
import { vaultCredentials } from "../../src/plugins/amazon/aws/vault.ts";
import { dataSource } from "../../src/plugins/packer/data-sources/http.ts";
import { configOf } from "../helper/decode-config.ts";
import { startServer, type TestServer } from "../helper/http-server.ts";
import { createRecordingRun } from "../helper/recording-run.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const signal = new AbortController().signal;
const KEY = "key-1";

/** Everything in the product that speaks HTTP and has something to hide, asking a server. */
const clients: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  "the download of images": async (url) => {
    const headers = { authorization: KEY, "x-api-key": KEY, range: "bytes=1-" };
    return text((await httpGet(url, { env: {}, headers })).body);
  },
  'data "http"': async (url) => {
    const request_headers = { "X-Api-Key": KEY, Cookie: KEY, Authorization: KEY };
    const run = await createRecordingRun();
    return dataSource.read(run, configOf(dataSource.schema, { url, request_headers }));
  },
  'data "http" with a login in its address': async (url) => {
    const withLogin = url.replace("//", `//user:${KEY}@`);
    return dataSource.read(await createRecordingRun(), configOf(dataSource.schema, { url: withLogin }));
  },
  "an upload": async (url) => {
    const path = join(temporaryDirectory(), "file");
    await writeFile(path, "content");
    return uploadFile(url, path, { env: {}, signal, headers: { authorization: KEY } });
  },
  "a registry": (url) =>
    createJsonApi({ baseUrl: url, headers: { authorization: KEY }, env: {}, signal, patienceMs: 10 }).call("GET", ""),
  vault_aws_engine: async (url) => {
    const run = await createRecordingRun({ env: { VAULT_ADDR: url, VAULT_TOKEN: KEY } });
    return vaultCredentials(run, { name: "builder", engine_name: "aws" })();
  },
  "the function vault": (url) =>
    readVault(["secret/x", "y"], { env: { VAULT_ADDR: url, VAULT_TOKEN: KEY }, homeDir: "/nonexistent" }, signal),
  "the function consul_key": (url) =>
    readConsul(["x"], { env: { CONSUL_HTTP_ADDR: url, CONSUL_HTTP_TOKEN: KEY }, homeDir: "/nonexistent" }, signal),
  "the question for one's own address": (url) => callerAddress(undefined, signal, url),
};

/** A server of which every address leads to the same one at `target`. */
function redirecting(target: string, status: number): Promise<TestServer> {
  return startServer(new Proxy({}, { get: () => ({ status, headers: { location: target } }) }));
}

describe.each([301, 302, 303, 307, 308])("a redirect with status %i to another host (R-07)", (status) => {
  it.each(Object.entries(clients))("gets no key from %s", async (_, ask) => {
    const other = await startServer({ "/": { status: 200, body: "plain" } });
    const first = await redirecting(`${other.url}/`, status);
    await ask(`${first.url}/`).catch(() => {});
    expect(first.requests.length).toBeGreaterThan(0);
    expect(JSON.stringify(other.requests)).not.toMatch(/key-1|authorization|cookie|dXNlc/i);
  });
});

describe("services with a token", () => {
  it.each([
    ["vault_aws_engine", "VAULT_ADDR="],
    ["the function vault", "has its requests sent to"],
    ["the function consul_key", "has its requests sent to"],
    ["a registry", "has moved to"],
  ])("%s says where it is sent", async (client, words) => {
    const first = await redirecting("http://127.0.0.1:1/elsewhere", 307);
    const failure = await clients[client]!(first.url).then(
      () => "",
      (error: unknown) => `${String(error)} ${JSON.stringify(error)}`,
    );
    expect(failure).toContain(words);
    expect(failure).toContain("http://127.0.0.1:1");
  });
});

describe("followRedirects", () => {
  const request = (url: string, method = "GET"): RedirectableRequest => ({
    url: new URL(url),
    method,
    headers: { "X-Api-Key": KEY, "Content-Type": "text/plain", Range: "bytes=1-" },
    hasBody: method !== "GET",
  });

  async function sent(first: RedirectableRequest, answers: readonly (readonly [number, string])[]) {
    const seen: RedirectableRequest[] = [];
    const send = (next: RedirectableRequest) => {
      seen.push(next);
      const [status, location] = answers[seen.length - 1] ?? [200, undefined];
      return Promise.resolve({ status, location });
    };
    await followRedirects(first, send, async () => {});
    return seen.slice(1);
  }

  it.each([
    ["http://b.test/", "redirects from HTTPS to http://b.test/, which is not encrypted"],
    ["http://u:secret@a.test/", "redirects from HTTPS to http://a.test/, which is not encrypted"],
    ["ftp://a.test/", "which is not HTTP"],
    ["file:///etc/passwd", "which is not HTTP"],
    ["https://[", "something that is no address"],
  ])("does not go from HTTPS to %s", async (location, words) => {
    await expect(sent(request("https://a.test/"), [[302, location]])).rejects.toThrow(words);
  });

  it("keeps its headers on the same host, and those of HTTP itself on another one", async () => {
    const seen = await sent(request("https://a.test/x"), [
      [302, "/y"],
      [307, "https://b.test/z"],
      [307, "https://a.test/x"],
    ]);
    expect(seen.map(({ url }) => url.href)).toEqual(["https://a.test/y", "https://b.test/z", "https://a.test/x"]);
    expect(seen.map(({ headers }) => Object.keys(headers).join())).toEqual([
      "X-Api-Key,Content-Type,Range",
      "Content-Type,Range",
      "Content-Type,Range",
    ]);
  });

  it.each([
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [303, "PUT", "GET"],
    [303, "HEAD", "HEAD"],
    [301, "PUT", "PUT"],
    [307, "POST", "POST"],
    [308, "POST", "POST"],
  ])("after %i makes of %s a %s", async (status, method, expected) => {
    const [next] = await sent(request("https://a.test/", method), [[status, "/y"]]);
    expect(next).toMatchObject({ method: expected, hasBody: expected === method && method !== "GET" });
    expect("Content-Type" in next!.headers).toBe(expected === method);
  });

  it("gives up where there is no end", async () => {
    const round = Array.from({ length: 50 }, () => [302, "/x"] as const);
    await expect(sent(request("https://a.test/"), round)).rejects.toThrow("more than 10 times");
  });
});
