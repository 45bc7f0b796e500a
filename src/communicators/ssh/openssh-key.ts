import type { JsonWebKey, KeyObject } from "node:crypto";
import { mpint, string, uint32 } from "./wire.ts";

/**
 * OpenSSH's own key formats, from Node's key objects (rsa, ec, ed25519).
 * Sources: RFC 4253, section 6.6; RFC 5656, section 3.1; OpenSSH's PROTOCOL.key.
 */

/** `ssh-ed25519 AAAA…`, without a comment. */
export function encodePublicKey(key: KeyObject): string {
  const blob = publicBlob(key);
  return `${nameOf(blob)} ${blob.toString("base64")}`;
}

/** The unencrypted `BEGIN OPENSSH PRIVATE KEY` form. `check` is any number of 32 bits. */
export function encodePrivateKey(key: KeyObject, comment: string, check: number): string {
  const jwk = key.export({ format: "jwk" });
  const blob = publicBlob(key);
  const body = Buffer.concat([uint32(check), uint32(check), privateFields(jwk, blob), string(comment)]);
  const padding = Buffer.from(Array.from({ length: (8 - (body.length % 8)) % 8 }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(string),
    uint32(1),
    string(blob),
    string(Buffer.concat([body, padding])),
  ]);
  const lines = file.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

const curves: Readonly<Record<string, string>> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

function publicBlob(key: KeyObject): Buffer {
  const jwk = key.export({ format: "jwk" });
  switch (jwk.kty) {
    case "OKP":
      return Buffer.concat([string("ssh-ed25519"), string(bytes(jwk.x))]);
    case "EC": {
      const curve = curves[jwk.crv ?? ""]!;
      const point = Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)]);
      return Buffer.concat([string(`ecdsa-sha2-${curve}`), string(curve), string(point)]);
    }
    default:
      return Buffer.concat([string("ssh-rsa"), integer(jwk.e), integer(jwk.n)]);
  }
}

function privateFields(jwk: JsonWebKey, blob: Buffer): Buffer {
  switch (jwk.kty) {
    case "OKP":
      return Buffer.concat([blob, string(Buffer.concat([bytes(jwk.d), bytes(jwk.x)]))]);
    case "EC":
      return Buffer.concat([blob, integer(jwk.d)]);
    default:
      return Buffer.concat([string("ssh-rsa"), ...[jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map(integer)]);
  }
}

function nameOf(blob: Buffer): string {
  return blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1");
}

function bytes(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? "", "base64url");
}

function integer(base64url: string | undefined): Buffer {
  return mpint(bytes(base64url));
}
