import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { resolve } from "node:path";
import { candidates, lockPort } from "../lib/ports.ts";
import { BuildError } from "../sdk/error.ts";
import type { Run, Step } from "../sdk/run.ts";
import type { HttpConfig } from "../sdk/schema/http.ts";
import { answer, type Answered, type Site } from "./http/answer.ts";
import { contentSite } from "./http/content-site.ts";
import { directorySite, type HttpTemplateValues } from "./http/directory-site.ts";
import { portLockDirectory } from "./reserved-port.ts";

export interface ServeHttpOptions {
  /** The narrowest address of the host that the guest can reach; used where the user names none. */
  readonly bindAddress: string;
  /** What files with the suffix `.pkrtpl` may use, besides `HTTPPort`: `HTTPIP`, `Name`. */
  readonly values: Omit<HttpTemplateValues, "HTTPPort">;
}

export interface RunningHttpServer {
  /** 0 for a Unix socket. */
  readonly port: number;
  readonly bindAddress: string;
  close(): Promise<void>;
}

/** Serves `http_directory` or `http_content` to the guest until the end of the build. `undefined` where neither is set. */
export async function serveHttp(
  run: Run,
  config: HttpConfig,
  options: ServeHttpOptions,
): Promise<RunningHttpServer | undefined> {
  if (!config.http_directory && !config.http_content) return undefined;
  return run.step("start HTTP server", async (step) => {
    // The port is known only once the server listens, and templates want it.
    const values = { ...options.values, HTTPPort: 0 };
    const site = await siteOf(run, config, values);
    const missed = new Set<string>();
    const server = createServer((request, response) => {
      void answer(site, request, response).then((answered) => reportAnswer(run, request, answered, missed));
    });
    const bindAddress = addressOf(config) ?? options.bindAddress;
    const port = await listen({ run, step, server, config, host: bindAddress });
    values.HTTPPort = port;
    const close = () => closeServer(server);
    step.onCleanup("stop HTTP server", close);
    if (isWide(bindAddress)) {
      run.warn(`The HTTP server is reachable from other machines: it listens on ${bindAddress}.`);
    }
    run.say(port === 0 ? `Serving HTTP on ${bindAddress}` : `Serving HTTP on ${bindAddress}, port ${port}`);
    return { port, bindAddress, close };
  });
}

/** `missed`: what the guest was told before that it is not there; an installer may ask for it every second. */
function reportAnswer(run: Run, request: IncomingMessage, answered: Answered, missed: Set<string>): void {
  const { status, bytes, hint = "" } = answered;
  const { method = "", url = "" } = request;
  const from = request.socket.remoteAddress ?? "socket";
  run.debug("http", `${from} ${method} ${url} ${status} ${bytes} bytes`, { status, bytes });
  if (status !== 404 || missed.has(url)) return;
  missed.add(url);
  run.warn(`The guest asked for http://…${url}, which is not there.${hint}`);
}

async function siteOf(run: Run, config: HttpConfig, values: HttpTemplateValues): Promise<Site> {
  if (config.http_content) return contentSite(config.http_content);
  const directory = resolve(run.directories.work, config.http_directory!);
  return directorySite(directory, values);
}

function addressOf(config: HttpConfig): string | undefined {
  if (!config.http_interface) return config.http_bind_address || undefined;
  const addresses = networkInterfaces()[config.http_interface];
  if (!addresses) {
    throw new BuildError(`There is no network interface "${config.http_interface}" on this host`, {
      hint: `It has ${Object.keys(networkInterfaces()).join(", ")}.`,
    });
  }
  const family = config.http_network_protocol === "tcp6" ? "IPv6" : "IPv4";
  const found = addresses.find((address) => address.family === family);
  if (!found) throw new BuildError(`The network interface "${config.http_interface}" has no ${family} address`);
  return found.address;
}

const isWide = (address: string): boolean => address === "0.0.0.0" || address === "::";

interface Listening {
  readonly run: Run;
  readonly step: Step;
  readonly server: Server;
  readonly config: HttpConfig;
  readonly host: string;
}

/** The port; 0 for a Unix socket. */
function listen(listening: Listening): Promise<number> {
  if (listening.config.http_network_protocol === "unix") return listenUnix(listening.server, listening.host);
  return listenTcp(listening);
}

/** Listens on the first free port of the range: the lock keeps other runs off, listening keeps all programs off. */
async function listenTcp({ run, step, server, config, host }: Listening): Promise<number> {
  const ipv6Only = config.http_network_protocol === "tcp6";
  for (const port of candidates({ min: config.http_port_min, max: config.http_port_max })) {
    step.signal.throwIfAborted();
    const lock = await lockPort(portLockDirectory(run), port);
    if (!lock) continue;
    const failure = await tryListen(server, { port, host, exclusive: true, ipv6Only });
    if (!failure) {
      step.onCleanup(`release port ${port}`, () => lock.release());
      return (server.address() as AddressInfo).port;
    }
    await lock.release();
    if (failure.code !== "EADDRINUSE" && failure.code !== "EACCES") {
      throw new BuildError(`The HTTP server cannot listen on ${host}`, {
        cause: failure,
        hint: "Is http_bind_address an address of this host?",
      });
    }
  }
  const { http_port_min: min, http_port_max: max } = config;
  throw new BuildError(`No port from ${min} to ${Math.max(max - 1, min)} is free on ${host} for the HTTP server`, {
    hint: "Widen the range with http_port_min and http_port_max.",
  });
}

async function listenUnix(server: Server, path: string): Promise<number> {
  const failure = await tryListen(server, { path });
  if (failure) throw new BuildError(`The HTTP server cannot listen on the socket ${path}`, { cause: failure });
  return 0;
}

function tryListen(
  server: Server,
  options: Parameters<Server["listen"]>[0] & object,
): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error);
    server.once("error", failed);
    server.listen(options, () => {
      server.off("error", failed);
      resolve(undefined);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
