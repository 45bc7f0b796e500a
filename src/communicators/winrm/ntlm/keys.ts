import { createHash, createHmac } from "node:crypto";
import { md4 } from "../../../lib/md4.ts";

/** Section numbers here and beside it are those of MS-NLMP. */

export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac("md5", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

export function md5(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function utf16(text: string): Buffer {
  return Buffer.from(text, "utf16le");
}

export interface Account {
  readonly user: string;
  readonly domain: string;
}

/** `DOMAIN\user` as Windows takes it; `user@domain` stays whole, with no domain beside it. */
export function parseAccount(name: string): Account {
  const at = name.indexOf("\\");
  return at === -1 ? { user: name, domain: "" } : { user: name.slice(at + 1), domain: name.slice(0, at) };
}

/** NTOWFv2: what stands for the password (3.3.2). */
export function passwordKey({ user, domain }: Account, password: string): Buffer {
  return hmacMd5(md4(utf16(password)), utf16(user.toUpperCase() + domain));
}

/** The proof that the password is known, over the challenges of both sides (`clientData` is called temp in 3.3.2). */
export function proof(passwordHash: Uint8Array, serverChallenge: Uint8Array, clientData: Uint8Array): Buffer {
  return hmacMd5(passwordHash, serverChallenge, clientData);
}
