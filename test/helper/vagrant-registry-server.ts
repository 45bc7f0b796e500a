import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A stand-in for HCP's Vagrant box registry that keeps what is written, by path, and serves it again. */
export interface VagrantRegistryServer {
  readonly url: string;
  readonly things: Map<string, Record<string, unknown>>;
  readonly requests: readonly string[];
  readonly uploads: Map<string, Buffer>;
  failNext(match: RegExp, status: number): void;
}

export const CLIENT = { id: "client-1", secret: "client-secret-987" };
const ACCESS_TOKEN = "access-token-654";
const ROOT = "/vagrant/2022-09-30/registry/me";

export async function startVagrantRegistry(): Promise<VagrantRegistryServer> {
  const state: State = { things: new Map(), requests: [], uploads: new Map(), faults: [], base: "" };
  const server = createServer((request, response) => void handle(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { things, requests, uploads } = state;
  return {
    url: state.base,
    things,
    requests,
    uploads,
    failNext: (match, status) => void state.faults.push({ match, status }),
  };
}

interface State {
  readonly things: Map<string, Record<string, unknown>>;
  readonly requests: string[];
  readonly uploads: Map<string, Buffer>;
  readonly faults: { readonly match: RegExp; readonly status: number }[];
  base: string;
}

type Answer = readonly [number, unknown];

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const path = decodeURIComponent(request.url!.split("?")[0]!);
  const line = `${request.method} ${path.replace(ROOT, "")}`;
  state.requests.push(line);
  const fault = state.faults.findIndex(({ match }) => match.test(line));
  const [status, answer] =
    fault >= 0
      ? ([state.faults.splice(fault, 1)[0]!.status, { message: "scripted" }] as const)
      : route(state, request, line, body);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
}

function route(state: State, request: IncomingMessage, line: string, body: Buffer): Answer {
  if (line === "POST /oauth2/token") {
    const isRight = new URLSearchParams(body.toString()).get("client_secret") === CLIENT.secret;
    return isRight ? [200, { access_token: ACCESS_TOKEN }] : [401, { error: "invalid_client" }];
  }
  const upload = /^PUT \/upload(\/.*)$/.exec(line);
  if (upload) {
    state.uploads.set(upload[1]!, body);
    return [200, {}];
  }
  if (request.headers.authorization !== `Bearer ${ACCESS_TOKEN}`) return [401, { message: "unauthenticated" }];
  if (/^GET \/operation\//.test(line)) return [200, { operation: { state: "DONE" } }];
  const [, method, path] = /^(\w+) (.*)$/.exec(line)!;
  if (method === "GET" && path!.endsWith("/upload")) {
    const target = path!.replace(/(\/direct)?\/upload$/, "");
    return [
      200,
      { url: `${state.base}/upload${target}`, ...(path!.includes("/direct/") ? { object: "object-1" } : {}) },
    ];
  }
  if (path!.includes("/direct/complete/")) return [200, {}];
  return store(state, method!, path!, body.length > 0 ? (JSON.parse(body.toString()) as Record<string, unknown>) : {});
}

/** `POST /boxes` makes `/box/NAME`, `…/versions` makes `…/version/NAME`, and so on. */
function store({ things, uploads }: State, method: string, path: string, body: Record<string, unknown>): Answer {
  const kind = /\/(box|version|provider|architecture)[^/]*\/[^/]+$/.exec(path)?.[1];
  if (method === "POST") {
    const target = `${path.replace(/boxes$/, "box").replace(/s$/, "")}/${String(body["name"] ?? body["architecture_type"])}`;
    if (things.has(target)) return [409, { message: "already exists" }];
    things.set(target, path.endsWith("/versions") ? { ...body, state: "UNRELEASED" } : body);
    return [
      200,
      path === "/boxes" ? { operation: { id: "op-1", location: { organization_id: "o", project_id: "p" } } } : {},
    ];
  }
  if (path.endsWith("/release")) {
    things.get(path.replace(/\/release$/, ""))!["state"] = "RELEASED";
    return [200, {}];
  }
  const thing = things.get(path);
  if (!thing) return [404, { message: "not found" }];
  if (method === "PUT") Object.assign(thing, body);
  const data = uploads.get(path);
  const boxData = data ? { box_data: { ...(thing["box_data"] as object), size: String(data.length) } } : {};
  return [200, { [kind!]: { ...thing, ...boxData } }];
}
