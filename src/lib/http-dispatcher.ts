import ipaddr from "ipaddr.js";
import { Agent, ProxyAgent, type Dispatcher } from "undici";
import { basicAuthorization } from "./basic-authorization.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface DispatcherOptions {
  /** Accept any certificate. */
  readonly insecureTls?: boolean | undefined;
  /** Receiving nothing for this long is a failure. Default 60 s. There is no limit on the whole transfer. */
  readonly stallMs?: number | undefined;
}

/** A connection pool for one origin, through the proxy the environment names for it. Close it when done. */
export function httpDispatcher(url: string | URL, env: Environment, options: DispatcherOptions = {}): Dispatcher {
  const stall = options.stallMs ?? 60_000;
  const connect = { timeout: 15_000, rejectUnauthorized: options.insecureTls !== true };
  const timeouts = { headersTimeout: stall, bodyTimeout: stall };
  const proxy = proxyFor(new URL(url), env);
  if (proxy === undefined) return new Agent({ ...timeouts, connect });
  // Plain HTTP is asked of the proxy itself: many tunnel to port 443 only.
  const proxyTunnel = new URL(url).protocol === "https:";
  return new ProxyAgent({ uri: proxyUrl(proxy), requestTls: connect, proxyTunnel, ...timeouts, ...proxyToken(proxy) });
}

/** The proxy for a URL as curl and Go read the environment: lower-case names first, `NO_PROXY` wins. */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const scheme = url.protocol.replace(":", "");
  const named = lookUp(env, `${scheme}_proxy`) ?? lookUp(env, "all_proxy");
  if (named === undefined || isExcepted(url, lookUp(env, "no_proxy") ?? "")) return undefined;
  const isWhole = URL.canParse(named) && /^\w+:\/\//.test(named);
  return new URL(isWhole ? named : `http://${named}`);
}

/** The same address without user and password, for messages. */
export function withoutCredentials(url: string): string {
  if (!URL.canParse(url)) return url;
  const clean = new URL(url);
  if (clean.username === "" && clean.password === "") return url;
  clean.username = "";
  clean.password = "";
  return clean.href;
}

function lookUp(env: Environment, name: string): string | undefined {
  const value = env[name] ?? env[name.toUpperCase()];
  return value?.trim() || undefined;
}

function isExcepted(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  // As in Go: what is on this machine is never asked of a proxy.
  if (host === "localhost" || isLoopback(host)) return true;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== "");
  return entries.some((entry) => matches(entry.toLowerCase(), host, port));
}

function isLoopback(host: string): boolean {
  return ipaddr.isValid(host) && ipaddr.parse(host).range() === "loopback";
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (ipaddr.isValidCIDR(entry)) return isInNetwork(host, entry);
  const [, name = entry, wantedPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const suffix = name.replace(/^\*?\./, "");
  return host === suffix || host.endsWith(`.${suffix}`);
}

function isInNetwork(host: string, network: string): boolean {
  if (!ipaddr.isValid(host)) return false;
  const address = ipaddr.process(host);
  const [base, bits] = ipaddr.parseCIDR(network);
  return address.kind() === base.kind() && address.match(base, bits);
}

function proxyUrl(proxy: URL): string {
  return withoutCredentials(proxy.href);
}

function proxyToken(proxy: URL): { token?: string } {
  if (proxy.username === "") return {};
  return { token: basicAuthorization(proxy) };
}
