import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/**
 * A stand-in for Vagrant Cloud (API v2) that keeps state, so that tests assert what was published, not what was called.
 * Checked against a client nobody here wrote: `vagrant cloud publish` runs against it in test/e2e.
 */
export interface VagrantCloudServer {
  readonly url: string;
  readonly apiUrl: string;
  readonly boxes: Map<string, StoredBox>;
  /** `METHOD path` of every request. */
  readonly requests: readonly string[];
  addBox(tag: string): StoredBox;
  /** Answers the next matching requests with something else; an `abort` cuts the connection. */
  fail(fault: Fault): void;
}

interface Fault {
  readonly match: RegExp;
  readonly times: number;
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Cut the connection: before reading anything, or after the request has taken effect (the answer is lost). */
  readonly abort?: "before" | "after";
}

interface StoredBox {
  readonly tag: string;
  readonly versions: Map<string, StoredVersion>;
}
interface StoredVersion {
  version: string;
  description: string;
  status: "unreleased" | "active";
  readonly providers: Map<string, StoredProvider>;
}
interface StoredProvider {
  name: string;
  architecture: string;
  default_architecture?: boolean | undefined;
  url?: string | undefined;
  checksum: string;
  checksum_type: string;
  data: Buffer | undefined;
}

export const TOKEN = "test-token-0123456789";

export async function startVagrantCloud(): Promise<VagrantCloudServer> {
  const state: State = { boxes: new Map(), requests: [], faults: [], uploads: new Map(), base: "" };
  const server = createServer((request, response) => void handle(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: state.base,
    apiUrl: `${state.base}/api/v2`,
    boxes: state.boxes,
    requests: state.requests,
    addBox: (tag) => {
      const box = { tag, versions: new Map<string, StoredVersion>() };
      state.boxes.set(tag, box);
      return box;
    },
    fail: (fault) => void state.faults.push({ ...fault, left: fault.times }),
  };
}

interface State {
  readonly boxes: Map<string, StoredBox>;
  readonly requests: string[];
  readonly faults: (Fault & { left: number })[];
  readonly uploads: Map<string, StoredProvider>;
  base: string;
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent((request.url ?? "").split("?")[0]!);
  const line = `${request.method === "HEAD" ? "GET" : request.method} ${path.replace(/^(\/api\/v[12])+/, "")}`;
  state.requests.push(line);
  const fault = state.faults.find(({ match, left }) => left > 0 && match.test(line));
  if (fault) fault.left--;
  if (fault?.abort === "before") return void request.socket.destroy();
  const body = await readBody(request).catch(() => undefined);
  if (body === undefined) return;
  if (fault && fault.abort === undefined) return reply(response, fault.status ?? 500, fault.body ?? {}, fault.headers);
  const [status, answer] = route(state, request, line, body);
  if (fault?.abort === "after") return void request.socket.destroy();
  if (Buffer.isBuffer(answer)) response.writeHead(status).end(answer);
  else reply(response, status, answer);
}

function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

type Answer = readonly [number, unknown];

function route(state: State, request: IncomingMessage, line: string, body: Buffer): Answer {
  const upload = /^PUT \/upload\/(\w+)$/.exec(line);
  if (upload) return receive(state, upload[1]!, body);
  const download = /^GET \/download\/([^/]+\/[^/]+)\/(.+)\/([^/]+)\/([^/]+)\.box$/.exec(line);
  if (download) return serve(state, download);
  const catalogue = /^GET \/([^/]+\/[^/]+)$/.exec(line);
  if (catalogue && !/^GET \/(box|user)\//.test(line)) return catalogueOf(state, catalogue[1]!);
  if (!isAuthorised(request)) return [401, { errors: ["Invalid or missing token"], success: false }];
  if (line === "GET /authenticate") return [200, {}];
  const user = /^GET \/user\/(\w+)$/.exec(line);
  if (user) return [200, describeUser(state, user[1]!)];
  return boxRoute(state, line, body.length > 0 ? (JSON.parse(body.toString()) as Record<string, unknown>) : {});
}

function isAuthorised({ headers, url }: IncomingMessage): boolean {
  return (
    headers.authorization === `Bearer ${TOKEN}` ||
    new URL(url ?? "", "http://x").searchParams.get("access_token") === TOKEN
  );
}

function boxRoute(state: State, line: string, body: Record<string, unknown>): Answer {
  const match = /^(\w+) \/box(?:es)?\/([^/]+\/[^/]+?)(\/.*)?$/.exec(line);
  if (!match) return line === "POST /boxes" ? createBox(state, body) : [404, { errors: ["Resource not found!"] }];
  const [, method, tag, rest = ""] = match;
  const box = state.boxes.get(tag!);
  if (!box) return [404, { errors: ["Resource not found!"], success: false }];
  if (rest === "") return [200, describeBox(state, box)]; // read or described anew

  if (rest === "/versions" && method === "POST") return createVersion(state, box, body);
  const [, name = "", more = ""] = /^\/version\/([^/]+)(\/.*)?$/.exec(rest) ?? [];
  const version = box.versions.get(name);
  if (!version) return [404, { errors: ["Resource not found!"], success: false }];
  return versionRoute(state, box, version, `${method} ${more}`, body);
}

function versionRoute(
  state: State,
  box: StoredBox,
  version: StoredVersion,
  line: string,
  body: Record<string, unknown>,
): Answer {
  const at = (answer: Answer): Answer => answer;
  if (line === "GET ") return [200, describeVersion(state, box, version)];
  if (line === "DELETE ") return at(box.versions.delete(version.version) ? [200, {}] : [404, {}]);
  if (line === "PUT /release") return release(state, box, version);
  if (line === "POST /providers") return createProvider(state, box, version, body);
  const match = /^(\w+) \/provider\/([^/]+)(?:\/(?!upload)([^/]+))?(\/upload.*)?$/.exec(line);
  const [, method, name, architecture, upload] = match ?? [];
  const provider = [...version.providers.values()].find(
    (p) => p.name === name && (architecture === undefined || p.architecture === architecture),
  );
  if (!provider) return [404, { errors: ["Resource not found!"] }];
  if (upload)
    return startUpload(
      state,
      provider,
      upload.endsWith("direct"),
      `/box/${box.tag}/version/${version.version}/provider/${name}/${provider.architecture}`,
    );
  if (line.endsWith("/complete") || method === "GET") return [200, describeProvider(state, box, version, provider)];
  if (method === "PUT") return updateProvider(state, box, version, provider, body);
  version.providers.delete(providerKey(provider));
  return [200, {}];
}

const providerKey = ({ name, architecture }: StoredProvider): string => `${name}/${architecture}`;

function createBox(state: State, body: Record<string, unknown>): Answer {
  const { username, name } = (body["box"] ?? body) as { username: string; name: string };
  const box = { tag: `${username}/${name}`, versions: new Map<string, StoredVersion>() };
  state.boxes.set(box.tag, box);
  return [200, describeBox(state, box)];
}

function createVersion(state: State, box: StoredBox, body: Record<string, unknown>): Answer {
  const { version, description } = body["version"] as { version: string; description?: string };
  if (box.versions.has(version)) return [422, { errors: ["Version has already been taken"], success: false }];
  const stored: StoredVersion = { version, description: description ?? "", status: "unreleased", providers: new Map() };
  box.versions.set(version, stored);
  return [200, describeVersion(state, box, stored)];
}

function createProvider(state: State, box: StoredBox, version: StoredVersion, body: Record<string, unknown>): Answer {
  const draft = body["provider"] as Partial<StoredProvider> & { name: string };
  const stored: StoredProvider = {
    ...draft,
    architecture: draft.architecture ?? "unknown",
    checksum: draft.checksum ?? "",
    checksum_type: draft.checksum_type ?? "",
    data: undefined,
  };
  if (version.providers.has(providerKey(stored)))
    return [422, { errors: ["Metadata provider must be unique for version"], success: false }];
  version.providers.set(providerKey(stored), stored);
  return [200, describeProvider(state, box, version, stored)];
}

function updateProvider(
  state: State,
  box: StoredBox,
  version: StoredVersion,
  provider: StoredProvider,
  body: Record<string, unknown>,
): Answer {
  Object.assign(provider, body["provider"]);
  return [200, describeProvider(state, box, version, provider)];
}

function startUpload(state: State, provider: StoredProvider, direct: boolean, path: string): Answer {
  const id = createHash("sha1").update(`${state.uploads.size}${path}`).digest("hex");
  state.uploads.set(id, provider);
  const callback = direct ? { callback: `${state.base}/api/v2${path}/upload/complete` } : {};
  return [200, { upload_path: `${state.base}/upload/${id}`, ...callback }];
}

function receive(state: State, id: string, body: Buffer): Answer {
  const provider = state.uploads.get(id);
  if (!provider) return [403, { errors: ["Request has expired"] }];
  provider.data = body;
  return [200, {}];
}

function release(state: State, box: StoredBox, version: StoredVersion): Answer {
  if (version.status === "active") return [422, { errors: ["Version has already been released"], success: false }];
  version.status = "active";
  return [200, describeVersion(state, box, version)];
}

/** Clients take a thing without these for one that does not exist yet. */
const TIMES = { created_at: "2026-01-01T00:00:00.000Z", updated_at: "2026-01-01T00:00:00.000Z" };

function describeUser(state: State, username: string): unknown {
  const boxes = [...state.boxes.values()].filter(({ tag }) => tag.startsWith(`${username}/`));
  return { username, boxes: boxes.map((box) => describeBox(state, box)) };
}

function describeBox(state: State, box: StoredBox): unknown {
  const [username, name] = box.tag.split("/");
  const versions = [...box.versions.values()].map((version) => describeVersion(state, box, version));
  return {
    ...TIMES,
    tag: box.tag,
    username,
    name,
    private: false,
    downloads: 0,
    short_description: "",
    description_markdown: "",
    versions,
  };
}

function describeVersion(state: State, box: StoredBox, version: StoredVersion): unknown {
  const providers = [...version.providers.values()].map((provider) => describeProvider(state, box, version, provider));
  const { version: name, status, description } = version;
  return { ...TIMES, version: name, number: name, status, description_markdown: description, providers };
}

function describeProvider(state: State, box: StoredBox, version: StoredVersion, provider: StoredProvider): unknown {
  const { name, architecture, checksum, checksum_type, default_architecture, data } = provider;
  const url = provider.url ?? `${state.base}/download/${box.tag}/${version.version}/${name}/${architecture}.box`;
  return {
    ...TIMES,
    name,
    architecture,
    default_architecture,
    checksum,
    checksum_type,
    hosted: data !== undefined,
    url,
    download_url: url,
  };
}

/** What `vagrant box add USER/NAME` reads. */
function catalogueOf(state: State, tag: string): Answer {
  const box = state.boxes.get(tag);
  if (!box) return [404, {}];
  const released = [...box.versions.values()].filter(({ status }) => status === "active");
  return [200, { name: tag, versions: released.map((version) => describeVersion(state, box, version)) }];
}

function serve(state: State, [, tag, version, provider, architecture]: RegExpExecArray): Answer {
  const data = state.boxes.get(tag!)?.versions.get(version!)?.providers.get(`${provider}/${architecture}`)?.data;
  return data ? [200, data] : [404, {}];
}
