import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/**
 * A stand-in for HCP's Vagrant box registry that keeps what is written, by path, and serves it again. Its answers have
 * the fields that the service's own client knows (`test/fixture/vagrant-registry`); what it does not know it refuses.
 */
export interface VagrantRegistryServer {
  readonly url: string;
  readonly things: Map<string, Record<string, unknown>>;
  readonly requests: readonly string[];
  /** The same requests with all that was sent, but for the boxes themselves. */
  readonly calls: readonly RecordedCall[];
  /** What the registry has as the box of an architecture: after the upload, or once a direct upload is completed. */
  readonly uploads: Map<string, Buffer>;
  /** The next request that matches is not carried out but answered so. */
  answerNext(match: RegExp, status: number, answer?: unknown): void;
}

export interface RecordedCall {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export const CLIENT = { id: "client-1", secret: "client-secret-987" };
const ACCESS_TOKEN = "access-token-654";
const AUDIENCE = "https://api.hashicorp.cloud";
const ROOT = "/vagrant/2022-09-30/registry/me";

export async function startVagrantRegistry(): Promise<VagrantRegistryServer> {
  const state: State = {
    things: new Map(),
    requests: [],
    calls: [],
    uploads: new Map(),
    uncompleted: new Map(),
    scripted: [],
    base: "",
  };
  const server = createServer((request, response) => void handle(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { things, requests, calls, uploads } = state;
  return {
    url: state.base,
    things,
    requests,
    calls,
    uploads,
    answerNext: (match, status, answer = { code: 2, message: "scripted", details: [] }) =>
      void state.scripted.push({ match, answer: [status, answer] }),
  };
}

interface State {
  readonly things: Map<string, Record<string, unknown>>;
  readonly requests: string[];
  readonly calls: RecordedCall[];
  readonly uploads: Map<string, Buffer>;
  /** Direct uploads that nobody has told the service of yet. */
  readonly uncompleted: Map<string, Buffer>;
  readonly scripted: { readonly match: RegExp; readonly answer: Answer }[];
  base: string;
}

type Answer = readonly [number, unknown];

/** gRPC's status as its gateway shows it. */
const refusal = (status: number, code: number, message: string): Answer => [status, { code, message, details: [] }];

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const path = decodeURIComponent(request.url!.split("?")[0]!);
  const line = `${request.method} ${path.replace(ROOT, "")}`;
  state.requests.push(line);
  const isBox = /^PUT \/(direct-)?upload\//.test(line);
  const { method = "", url = "", headers } = request;
  state.calls.push({ method, url, headers, body: isBox ? "" : body.toString() });
  const script = state.scripted.findIndex(({ match }) => match.test(line));
  const [status, answer] =
    script >= 0 ? state.scripted.splice(script, 1)[0]!.answer : route(state, headers, line, body);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
}

function route(state: State, headers: IncomingHttpHeaders, line: string, body: Buffer): Answer {
  if (line === "POST /oauth2/token") return token(headers.authorization, new URLSearchParams(body.toString()));
  const [, direct, slot] = /^PUT \/(direct-)?upload(\/.*)$/.exec(line) ?? [];
  if (slot !== undefined) {
    // The object store's address is signed: another authorization beside it is an error there.
    if (headers.authorization !== undefined) return refusal(400, 3, "only one authorization is allowed");
    (direct ? state.uncompleted : state.uploads).set(slot, body);
    return [200, {}];
  }
  if (headers.authorization !== `Bearer ${ACCESS_TOKEN}`) return refusal(401, 16, "unauthenticated");
  if (line === "GET /operation/2020-05-05/organizations/o/projects/p/operations/op-1/wait") {
    return [200, { operation: { id: "op-1", location: { organization_id: "o", project_id: "p" }, state: "DONE" } }];
  }
  const [, method = "", path = ""] = /^(\w+) (.*)$/.exec(line)!;
  const [, architecture, action] = /^(.*\/architecture\/[^/]+)\/(upload|direct\/.*)$/.exec(path) ?? [];
  if (architecture !== undefined) return transfer(state, `${method} ${action}`, architecture);
  return store(state, method, path, body.length > 0 ? (JSON.parse(body.toString()) as Record<string, unknown>) : {});
}

/** Client credentials, in a header or in the form: the identity provider takes both (RFC 6749, section 2.3.1). */
function token(authorization: string | undefined, form: URLSearchParams): Answer {
  const basic = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64")}`;
  const isRight = form.get("client_id") === CLIENT.id && form.get("client_secret") === CLIENT.secret;
  if (authorization !== basic && !isRight) return [401, { error: "invalid_client" }];
  if (form.get("grant_type") !== "client_credentials") return [400, { error: "unsupported_grant_type" }];
  if (form.get("audience") !== AUDIENCE) return [400, { error: "invalid_request" }];
  return [200, { access_token: ACCESS_TOKEN, token_type: "bearer", expires_in: 3600 }];
}

function transfer({ things, uploads, uncompleted, base }: State, action: string, architecture: string): Answer {
  if (!things.has(architecture)) return refusal(404, 5, "not found");
  if (action === "GET upload") return [200, { url: `${base}/upload${architecture}` }];
  if (action === "GET direct/upload") {
    const callback = `${base}${ROOT}${architecture}/direct/complete/object-1`;
    return [200, { url: `${base}/direct-upload${architecture}`, object: "object-1", callback }];
  }
  const box = uncompleted.get(architecture);
  if (action !== "PUT direct/complete/object-1" || !box) return refusal(404, 5, "not found");
  uploads.set(architecture, box);
  uncompleted.delete(architecture);
  return [200, {}];
}

/** `POST /boxes` makes `/box/NAME`, `…/versions` makes `…/version/NAME`, and so on. */
function store({ things, uploads }: State, method: string, path: string, body: Record<string, unknown>): Answer {
  if (method === "PUT" && path.endsWith("/release")) return release(things.get(path.replace(/\/release$/, "")));
  if (method === "POST") return create(things, path, body);
  const kind = /\/(box|version|provider|architecture)\/[^/]+$/.exec(path)?.[1];
  if (kind === undefined || (method !== "GET" && method !== "PUT")) return refusal(501, 12, "not in this stand-in");
  const thing = things.get(path);
  if (!thing) return refusal(404, 5, "not found");
  if (method === "PUT") Object.assign(thing, body);
  const box = uploads.get(path);
  const boxData = box ? { box_data: { ...(thing["box_data"] as object), size: String(box.length) } } : {};
  return [200, { [kind]: { ...thing, ...boxData } }];
}

function create(things: State["things"], path: string, body: Record<string, unknown>): Answer {
  const [, parent = "", collection = ""] = /^(.*)\/(boxes|versions|providers|architectures)$/.exec(path) ?? [];
  const singular = collection === "boxes" ? "box" : collection.replace(/s$/, "");
  if (singular === "") return refusal(501, 12, "not in this stand-in");
  if (parent !== "" && !things.has(parent)) return refusal(404, 5, "not found");
  const target = `${parent}/${singular}/${String(body["name"] ?? body["architecture_type"])}`;
  if (things.has(target)) return refusal(409, 6, "already exists");
  const thing = singular === "version" ? { ...body, state: "UNRELEASED" } : body;
  things.set(target, thing);
  const location = { organization_id: "o", project_id: "p" };
  const operation = singular === "box" ? { operation: { id: "op-1", location, state: "PENDING" } } : {};
  return [200, { [singular]: thing, ...operation }];
}

/** A version can be released once only. */
function release(version: Record<string, unknown> | undefined): Answer {
  if (!version) return refusal(404, 5, "not found");
  if (version["state"] !== "UNRELEASED") return refusal(400, 9, "the version is released already");
  version["state"] = "ACTIVE";
  return [200, {}];
}
