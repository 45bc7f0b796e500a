import { sign } from "node:crypto";
import type { Client, ParsedKey } from "ssh2";
import { BuildError } from "../../sdk/error.ts";
import type { Certificate } from "./settings.ts";
import { mpint, string, WireReader } from "./wire.ts";

/** Reads an OpenSSH user certificate (`ssh-ed25519-cert-v01@openssh.com AAAA… comment`). */
export function parseCertificate(text: string, path: string): Certificate {
  const [type, base64] = text.trim().split(/\s+/);
  const blob = Buffer.from(base64 ?? "", "base64");
  if (type === undefined || plainAlgorithm(type) === undefined || blob.length < 4) {
    throw new BuildError(`"${path}" holds no OpenSSH certificate`, {
      hint: "A certificate is one line that begins like ssh-ed25519-cert-v01@openssh.com, as ssh-keygen -s writes it.",
    });
  }
  return { type, blob };
}

/** A certificate as an agent names it, and the public key in it; `undefined` for any other blob. */
export function readCertificate(blob: Buffer): { readonly certificate: Certificate; readonly key: Buffer } | undefined {
  const fields = new WireReader(blob);
  const type = fields.next().toString("latin1");
  const plain = plainAlgorithm(type);
  if (plain === undefined) return undefined;
  // A number drawn by lot comes before the key.
  fields.next();
  const name = plain.replace(/^rsa-sha2-\d+/, "ssh-rsa");
  const parts = Array.from({ length: name === "ssh-ed25519" ? 1 : 2 }, () => string(fields.next()));
  return { certificate: { type, blob }, key: Buffer.concat([string(name), ...parts]) };
}

/** A key that offers the certificate in place of its public half. `useCertificates` makes ssh2 sign with it. */
export function certifiedKey(key: ParsedKey, certificate: Certificate): ParsedKey {
  return Object.create(key, {
    type: { value: wireAlgorithm(certificate.type) },
    getPublicSSH: { value: () => certificate.blob },
  }) as ParsedKey;
}

/**
 * ssh2 names the signature after the algorithm of the request, but for certificates the signature bears the plain name
 * (`ssh-ed25519`). So the one request of the protocol that carries such a signature is written here.
 * Sources: RFC 4252, section 7; OpenSSH's PROTOCOL.certkeys; RFC 8332 for the names of RSA signatures.
 */
export function useCertificates(client: Client): void {
  const protocol = (client as unknown as { _protocol: Protocol })._protocol;
  const original = protocol.authPK.bind(protocol);
  protocol.authPK = (username, key, algorithm, signNow) => {
    const plain = plainAlgorithm(key.type);
    if (plain === undefined || signNow === undefined) return original(username, key, algorithm, signNow);
    const request = Buffer.concat([
      Buffer.from([USERAUTH_REQUEST]),
      ...[username, "ssh-connection", "publickey"].map(string),
      Buffer.from([1]),
      ...[key.type, key.getPublicSSH()].map(string),
    ]);
    const finish = (signature: Buffer): void => {
      protocol._authsQueue.push("publickey");
      send(protocol, Buffer.concat([request, string(Buffer.concat([string(plain), string(signature)]))]));
    };
    const data = Buffer.concat([string(protocol._kex.sessionID), request]);
    // The private half may be with an agent.
    if (key.isPrivateKey()) finish(signWith(key, plain, data));
    else signNow(data, finish);
  };
}

const USERAUTH_REQUEST = 50;

/** The few inner parts of ssh2 1.17 this needs; the version is pinned to that minor one. */
interface Protocol {
  authPK(username: string, key: ParsedKey, algorithm: unknown, signNow?: SignNow): void;
  readonly _kex: { readonly sessionID: Buffer };
  readonly _authsQueue: string[];
  readonly _packetRW: { readonly write: PacketWriter };
  readonly _cipher: { encrypt(packet: Buffer): void };
}

type SignNow = (data: Buffer, finish: (signature: Buffer) => void) => void;

interface PacketWriter {
  readonly allocStart: number;
  alloc(length: number): Buffer;
  finalize(packet: Buffer): Buffer;
}

function send(protocol: Protocol, payload: Buffer): void {
  const { write } = protocol._packetRW;
  const packet = write.alloc(payload.length);
  packet.set(payload, write.allocStart);
  protocol._cipher.encrypt(write.finalize(packet));
}

const CERTIFICATE = "-cert-v01@openssh.com";

/** RSA certificates are used with SHA-512 signatures; servers no longer take SHA-1. */
function wireAlgorithm(type: string): string {
  return type.replace(/^ssh-rsa(?=-cert)/, "rsa-sha2-512");
}

/** The algorithm of the key under a certificate; `undefined` when the type is no certificate's. */
function plainAlgorithm(type: string): string | undefined {
  if (!type.endsWith(CERTIFICATE)) return undefined;
  return wireAlgorithm(type).slice(0, -CERTIFICATE.length);
}

const digests: Readonly<Record<string, string>> = {
  "rsa-sha2-512": "sha512",
  "ecdsa-sha2-nistp256": "sha256",
  "ecdsa-sha2-nistp384": "sha384",
  "ecdsa-sha2-nistp521": "sha512",
};

function signWith(key: ParsedKey, algorithm: string, data: Buffer): Buffer {
  const raw = sign(digests[algorithm] ?? null, data, { key: key.getPrivatePEM(), dsaEncoding: "ieee-p1363" });
  if (!algorithm.startsWith("ecdsa-")) return raw;
  const half = raw.length / 2;
  return Buffer.concat([mpint(raw.subarray(0, half)), mpint(raw.subarray(half))]);
}
