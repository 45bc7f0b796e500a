import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createFetchRemote } from "../../../src/language/functions/remote/fetch-remote.ts";
import { outcomeOf, variablesForTests, worldForTests } from "../evaluate-text.ts";

/** Small servers which answer as the documentation of Vault, Consul and AWS Secrets Manager says these do. */
const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

interface Reply {
  readonly status: number;
  readonly body: string;
}
type Respond = (request: IncomingMessage, body: string) => Reply;

async function serve(respond: Respond): Promise<{ address: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const reply = respond(request, body);
      response.writeHead(reply.status, { "content-type": "application/json" }).end(reply.body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const ok = (data: unknown): Reply => ({ status: 200, body: typeof data === "string" ? data : JSON.stringify(data) });
const fail = (status: number, data: unknown): Reply => ({ status, body: JSON.stringify(data) });

const evaluateWith = (env: Record<string, string>, text: string): Promise<string> => {
  const fetchRemote = createFetchRemote({ env, homeDir: "/nonexistent" });
  return outcomeOf(text, variablesForTests, { ...worldForTests, env, fetchRemote });
};

describe("vault", () => {
  const respond: Respond = ({ url, headers }) => {
    if (headers["x-vault-token"] !== "t0ken") return fail(403, { errors: ["permission denied"] });
    if (url === "/v1/secret/data/web")
      return ok({ data: { data: { password: "s3cret", port: 22 }, metadata: { version: 3 } } });
    if (url === "/v1/kv1/web") return ok({ data: { password: "old" } });
    if (url === "/v1/secret/data/gone") return ok({ data: { data: null, metadata: { deletion_time: "2020" } } });
    if (url === "/v1/secret/data/odd%20name/x") return ok({ data: { data: { a: "b" }, metadata: {} } });
    return fail(404, { errors: [] });
  };
  const vault = async (text: string, env: Record<string, string> = {}): Promise<string> => {
    const { address } = await serve(respond);
    return evaluateWith({ VAULT_ADDR: `http://${address}`, VAULT_TOKEN: "t0ken", ...env }, text);
  };

  const table: readonly (readonly [string, string])[] = [
    ['vault("secret/data/web", "password")', '= sensitive("s3cret")'],
    ['vault("/secret/data/web", "port")', '= sensitive("22")'],
    ['vault("kv1/web", "password")', '= sensitive("old")'],
    ['vault("secret/data/odd name/x", "a")', '= sensitive("b")'],
    ['"${vault("secret/data/web", "password")}!"', '= sensitive("s3cret!")'],
    ['[for p in ["secret/data/web", "kv1/web"] : vault(p, "password")]', '= [sensitive("s3cret"), sensitive("old")]'],
    ['try(vault("secret/none", "x"), "fallback")', '= "fallback"'],
  ];
  it.each(table)("gives %s", async (text, expected) => {
    expect(await vault(text)).toBe(expected);
  });

  const errors: readonly (readonly [string, Record<string, string>, string])[] = [
    ['vault("secret/data/web", "pasword")', {}, 'no key "pasword". Did you mean "password"?'],
    ['vault("secret/web", "x")', {}, "the path includes data/"],
    ['vault("secret/data/gone", "x")', {}, "has been deleted"],
    ['vault("secret/data/web", "x")', { VAULT_TOKEN: "wrong" }, "Vault says: permission denied."],
    ['vault("secret/data/web", "x")', { VAULT_TOKEN: "" }, "Set VAULT_TOKEN"],
    ['vault("secret/data/web", "x")', { VAULT_ADDR: "not a url" }, "VAULT_ADDR is not a URL"],
    [
      'vault("secret/data/web", "x")',
      { VAULT_ADDR: "http://127.0.0.1:1" },
      "Vault at http://127.0.0.1:1 cannot be reached",
    ],
  ];
  it.each(errors)("explains %s with %o", async (text, env, words) => {
    const outcome = await vault(text, env);
    expect(outcome).toContain("error function-failed");
    expect(outcome).toContain(words);
    expect(outcome).not.toContain("s3cret");
  });

  it("sends the namespace, and asks only once for the same secret", async () => {
    const { address, requests } = await serve(respond);
    const env = { VAULT_ADDR: `http://${address}/`, VAULT_TOKEN: "t0ken", VAULT_NAMESPACE: "team/a" };
    const call = 'vault("secret/data/web", "password")';
    expect(await evaluateWith(env, `${call} == ${call}`)).toBe("= sensitive(true)");
    expect(requests).toHaveLength(1);
    expect(requests[0]!.headers["x-vault-namespace"]).toBe("team/a");
  });

  it("tries again when the server is busy", async () => {
    let count = 0;
    const { address } = await serve((request, body) =>
      ++count < 3 ? fail(503, { errors: ["sealed"] }) : respond(request, body),
    );
    const env = { VAULT_ADDR: `http://${address}`, VAULT_TOKEN: "t0ken" };
    expect(await evaluateWith(env, 'vault("kv1/web", "password")')).toBe('= sensitive("old")');
    expect(count).toBe(3);
  });
});

describe("consul_key", () => {
  const respond: Respond = ({ url, headers }) => {
    const { pathname, searchParams } = new URL(url!, "http://x");
    if (!searchParams.has("raw")) return fail(400, "raw expected");
    if (pathname === "/v1/kv/secret/key" && headers["x-consul-token"] !== "t0ken")
      return { status: 403, body: "Permission denied" };
    if (pathname === "/v1/kv/app/name%20x") return ok(`web ${searchParams.get("ns") ?? ""}`);
    if (pathname === "/v1/kv/secret/key") return ok("value");
    return { status: 404, body: "" };
  };
  const consul = async (text: string, env: Record<string, string> = {}): Promise<string> => {
    const { address } = await serve(respond);
    return evaluateWith({ CONSUL_HTTP_ADDR: address, ...env }, text);
  };

  it("gives values, with or without a scheme, token and namespace", async () => {
    expect(await consul('consul_key("app/name x")')).toBe('= "web "');
    expect(await consul('consul_key("app/name x")', { CONSUL_NAMESPACE: "dev" })).toBe('= "web dev"');
    expect(await consul('consul_key("/secret/key")', { CONSUL_HTTP_TOKEN: "t0ken" })).toBe('= "value"');
  });

  it("explains what went wrong", async () => {
    expect(await consul('consul_key("none")')).toContain('Consul has no key "none"');
    expect(await consul('consul_key("secret/key")')).toContain("CONSUL_HTTP_TOKEN");
    expect(await consul('consul_key("x")', { CONSUL_HTTP_ADDR: "unix:///x" })).toContain(
      "CONSUL_HTTP_ADDR is not an address",
    );
    expect(await consul('consul_key("x")', { CONSUL_HTTP_ADDR: "127.0.0.1:1" })).toContain("cannot be reached");
    expect(await consul('consul_key("x")', { CONSUL_HTTP_TOKEN_FILE: "/no/file" })).toContain("CONSUL_HTTP_TOKEN_FILE");
  });
});

describe("aws_secretsmanager", () => {
  const secrets: Readonly<Record<string, object>> = {
    web: { SecretString: '{"user":"ada","port":22}' },
    one: { SecretString: '{"only":"x"}' },
    plain: { SecretString: "just text" },
    binary: { SecretBinary: "AAE=" },
  };
  const respond: Respond = ({ headers }, body) => {
    expect(headers["x-amz-target"]).toBe("secretsmanager.GetSecretValue");
    const { SecretId: name } = JSON.parse(body) as { SecretId: string };
    if (name === "denied") return fail(400, { __type: "AccessDeniedException", Message: "no" });
    return secrets[name]
      ? ok({ ARN: "arn", Name: name, ...secrets[name] })
      : fail(400, { __type: "ResourceNotFoundException", Message: "none" });
  };
  const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" };
  const aws = async (text: string): Promise<string> => {
    const { address } = await serve(respond);
    Object.assign(process.env, keys);
    return evaluateWith({ AWS_ENDPOINT_URL: `http://${address}`, AWS_REGION: "eu-west-1", ...keys }, text);
  };

  const table: readonly (readonly [string, string])[] = [
    ['aws_secretsmanager("web", "user")', '= sensitive("ada")'],
    ['aws_secretsmanager("web", "port")', '= sensitive("22")'],
    ['aws_secretsmanager("one", null)', '= sensitive("x")'],
    ['aws_secretsmanager_raw("plain")', '= sensitive("just text")'],
    ['aws_secretsmanager_raw("one")', '= sensitive("{\\"only\\":\\"x\\"}")'],
  ];
  it.each(table)("gives %s", async (text, expected) => {
    expect(await aws(text)).toBe(expected);
  });

  const errors: readonly (readonly [string, string])[] = [
    ['aws_secretsmanager("web", null)', "has 2 keys, so the key must be given"],
    ['aws_secretsmanager("web", "usr")', 'Did you mean "user"?'],
    ['aws_secretsmanager("plain", "x")', 'aws_secretsmanager_raw("plain")'],
    ['aws_secretsmanager_raw("binary")', "is binary"],
    ['aws_secretsmanager_raw("none")', 'has no secret "none"'],
    ['aws_secretsmanager_raw("denied")', "secretsmanager:GetSecretValue"],
  ];
  it.each(errors)("explains %s", async (text, words) => {
    const outcome = await aws(text);
    expect(outcome).toContain(words);
    expect(outcome).not.toContain("just text");
  });
});
