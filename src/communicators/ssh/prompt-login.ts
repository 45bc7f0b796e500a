import type { Client, ParsedKey } from "ssh2";
import type { Credentials } from "./settings.ts";

/**
 * Logs in with two round trips less than ssh2 needs by itself. Built on inner parts of ssh2, whose minor version is pinned;
 * call it after `connect`.
 */
export function logInPromptly(client: Client, credentials: Credentials): void {
  const inner = client as unknown as InnerClient;
  signAtOnce(inner._protocol);
  client.once("handshake", () => {
    // What else came with the end of the handshake is read first: it names the signatures the server takes.
    if (TAKES_IT.test(inner._remoteVer) && needsNoList(credentials)) setImmediate(() => startEarly(inner));
  });
}

/** Servers that read one request after the other; others might not expect the second before they answered the first. */
const TAKES_IT = /^(OpenSSH|dropbear)/;

/** For RSA keys the server's list of signatures decides how to sign, and only its answer proves that the list has arrived. */
function needsNoList({ agent, certificate, privateKey }: Credentials): boolean {
  return agent === undefined && (certificate !== undefined || privateKey?.type !== "ssh-rsa");
}

/** Asks to log in right behind asking for the service that does it (RFC 4253, section 10). */
function startEarly({ _protocol: protocol, _sock: socket }: InnerClient): void {
  const { SERVICE_ACCEPT: start } = protocol._handlers;
  if (start === undefined || !socket.writable) return;
  delete protocol._handlers.SERVICE_ACCEPT;
  start(protocol, "ssh-userauth");
}

/**
 * A key of our own signs the first request, instead of asking whether the server would take it (RFC 4252, section 7: the
 * question is optional). Keys of an agent ask: signing may take a touch or a prompt.
 */
function signAtOnce(protocol: InnerProtocol): void {
  const send = protocol.authPK.bind(protocol);
  protocol.authPK = (username, key, algorithm, sign) => {
    if (sign !== undefined || !key.isPrivateKey()) return send(username, key, algorithm, sign);
    send(username, key, algorithm, (data, done) => {
      const signature = key.sign(data, digests[algorithm ?? ""]);
      // Asked, ssh2 tries to sign again and says why that fails.
      if (signature instanceof Error) send(username, key, algorithm);
      else done(signature);
    });
  };
}

/** By the names of RSA signatures; the other types of keys have one digest each. */
const digests: Readonly<Record<string, string>> = {
  "rsa-sha2-256": "sha256",
  "rsa-sha2-512": "sha512",
  "ssh-rsa": "sha1",
};

interface InnerClient {
  readonly _protocol: InnerProtocol;
  readonly _remoteVer: string;
  readonly _sock: { readonly writable: boolean };
}

interface InnerProtocol {
  readonly _handlers: { SERVICE_ACCEPT?: (protocol: InnerProtocol, service: string) => void };
  authPK(username: string, key: ParsedKey, algorithm?: string, sign?: Sign): void;
}

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;
