import { createPrivateKey, type KeyObject } from "node:crypto";
import ssh2, { type ParsedKey } from "ssh2";
import { errorMessage } from "../../lib/error-text.ts";
import { BuildError } from "../../sdk/error.ts";
import { encodePrivateKey } from "./openssh-key.ts";

/**
 * A private key in any form that OpenSSH reads: its own, PKCS#1, SEC1 and PKCS#8, with a passphrase or without. `name` is for
 * messages: `"key"`. Throws a BuildError.
 */
export function parsePrivateKey(text: string, name: string, passphrase: string | undefined): ParsedKey {
  const parsed = parse(text, passphrase);
  const key = parsed instanceof Error ? (parseByOpenssl(text, name, passphrase) ?? parsed) : parsed;
  if (key instanceof Error) throw unusable(name, text, key.message);
  if (!key.isPrivateKey()) throw new BuildError(`${name} is a public key; the private key is needed`);
  return key;
}

function parse(text: string, passphrase: string | undefined): ParsedKey | Error {
  const [key] = [ssh2.utils.parseKey(text, passphrase)].flat();
  return key ?? new Error("it is empty");
}

/** What Node's OpenSSL reads is written again in a form that ssh2 knows; `undefined` where it cannot read it either. */
function parseByOpenssl(text: string, name: string, passphrase: string | undefined): ParsedKey | Error | undefined {
  if (!/-----BEGIN (?!OPENSSH)[A-Z ]*PRIVATE KEY-----/.test(text)) return undefined;
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text.replace(/^\ufeff/, ""), format: "pem", passphrase: passphrase ?? "" });
  } catch (error) {
    if (!/BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)) return undefined;
    return new Error(passphrase === undefined ? "it is encrypted, and no passphrase was given" : wrong(error));
  }
  const type = key.asymmetricKeyType ?? "of an unknown kind";
  if (type === "rsa" || type === "ec" || type === "ed25519") return parse(encodePrivateKey(key, "", 0), undefined);
  throw new BuildError(`The private key ${name} cannot be used: SSH has no keys of the type ${type}`);
}

function wrong(error: unknown): string {
  return /bad decrypt|mac/i.test(errorMessage(error)) ? "the passphrase is wrong" : "its encryption is not supported";
}

function unusable(name: string, text: string, why: string): BuildError {
  const cipher = cipherOf(text);
  if (cipher && !CIPHERS.test(cipher)) {
    return new BuildError(
      `The private key ${name} cannot be used: it is encrypted with ${cipher}, which is not supported`,
      {
        hint: "Encrypt it with another cipher:\n    ssh-keygen -p -Z aes256-ctr -f FILE",
      },
    );
  }
  if (text.startsWith("PuTTY-User-Key-File-")) {
    return new BuildError(`The private key ${name} cannot be used: it is in PuTTY's form`, {
      hint: "Convert it:\n    puttygen FILE -O private-openssh-new -o NEW-FILE",
    });
  }
  const summary = `The private key ${name} cannot be used: ${why}`;
  if (!/passphrase|encrypted/i.test(why)) return new BuildError(summary);
  const hint = "Set ssh_private_key_passphrase, or load the key into an agent and set ssh_agent_auth.";
  return new BuildError(summary, { hint });
}

/** Those of OpenSSH's own form that ssh2 decrypts. */
const CIPHERS = /^(none|3des-cbc|aes(128|192|256)-(cbc|ctr)|aes(128|256)-gcm@openssh\.com)$/;

/** The name of the cipher in OpenSSH's own form. Source: OpenSSH's PROTOCOL.key. */
function cipherOf(text: string): string | undefined {
  const [, body = ""] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)/.exec(text) ?? [];
  const bytes = Buffer.from(body, "base64");
  const start = "openssh-key-v1\0".length;
  if (bytes.length < start + 4) return undefined;
  return bytes.toString("latin1", start + 4, start + 4 + bytes.readUInt32BE(start));
}
