import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { Client, Pool, ProxyAgent, buildConnector, type Dispatcher } from "undici";
import { basicAuthorization } from "../../../lib/basic-authorization.ts";
import { proxyFor, withoutCredentials } from "../../../lib/http-dispatcher.ts";
import type { WinrmSettings } from "../settings.ts";

/** One TCP connection, made anew when it was lost. */
export interface SingleConnection {
  readonly dispatcher: Dispatcher;
  /** Of the server's certificate (RFC 5929, 4.1), where there is one. */
  certificateHash(): Buffer | undefined;
}

const CONNECT_MS = 15_000;
/** The server decides; what it closed is made anew. */
const IDLE_MS = 10 * 60_000;

/** `onConnect` is called for each new connection: what was agreed on the old one holds no longer. */
export function singleConnection(url: URL, settings: WinrmSettings, onConnect: () => void): SingleConnection {
  const connect = { timeout: CONNECT_MS, rejectUnauthorized: !settings.insecure };
  const keepAlive = { keepAliveTimeout: IDLE_MS, keepAliveMaxTimeout: IDLE_MS, pipelining: 1 };
  const proxy = proxyFor(url, settings.proxyEnvironment);
  if (proxy !== undefined) {
    const token = proxy.username === "" ? {} : { token: basicAuthorization(proxy) };
    const clientFactory = (origin: URL, options: object) =>
      new Pool(origin, { ...options, ...keepAlive, connections: 1 });
    const uri = withoutCredentials(proxy.href);
    const dispatcher = new ProxyAgent({ uri, ...token, requestTls: connect, proxyTunnel: true, clientFactory });
    return { dispatcher, certificateHash: () => undefined };
  }
  let socket: Socket | undefined;
  const base = buildConnector(connect);
  const dispatcher = new Client(url.origin, {
    ...keepAlive,
    connect: (options, callback) =>
      base(options, (...[error, made]) => {
        socket = made ?? undefined;
        onConnect();
        if (error === null) callback(null, made);
        else callback(error, null);
      }),
  });
  return { dispatcher, certificateHash: () => hashOfCertificate(socket) };
}

function hashOfCertificate(socket: Socket | undefined): Buffer | undefined {
  const certificate = (socket as Partial<TLSSocket> | undefined)?.getPeerX509Certificate?.();
  if (certificate === undefined) return undefined;
  const name = signatureHashes.find(({ oid }) => certificate.raw.includes(oid, 0, "hex"))?.name;
  return name === undefined ? undefined : createHash(name).update(certificate.raw).digest();
}

/**
 * By the algorithm that signed the certificate, as DER; SHA-256 stands in for MD5 and SHA-1. Of others no hash is given,
 * which servers accept, while they refuse a wrong one.
 */
const signatureHashes = [
  { name: "sha256", oid: "2a864886f70d01010b" },
  { name: "sha384", oid: "2a864886f70d01010c" },
  { name: "sha512", oid: "2a864886f70d01010d" },
  { name: "sha256", oid: "2a864886f70d010105" },
  { name: "sha256", oid: "2a8648ce3d040302" },
  { name: "sha384", oid: "2a8648ce3d040303" },
  { name: "sha512", oid: "2a8648ce3d040304" },
];
