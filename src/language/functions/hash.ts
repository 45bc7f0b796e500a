import { constants, createHash, createPrivateKey, privateDecrypt, randomUUID } from "node:crypto";
import { ownEntry } from "../../lib/own-entry.ts";
import { STRING, stringValue } from "../value.ts";
import { stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";
import { decodeBase64, decodeUtf8 } from "./encoding.ts";
import { readBytes } from "./paths.ts";

const algorithms = ["md5", "sha1", "sha256", "sha512"] as const;
type DigestFunction = (data: Uint8Array) => string;
const hex =
  (algorithm: string): DigestFunction =>
  (data) =>
    createHash(algorithm).update(data).digest("hex");
const base64 =
  (algorithm: string): DigestFunction =>
  (data) =>
    createHash(algorithm).update(data).digest("base64");

function ofText(name: string, what: string, digest: DigestFunction): FunctionDeclaration {
  return {
    name,
    group: "hash",
    parameters: [stringParam("string")],
    returns: STRING,
    description: `The ${what} of a text in UTF-8.`,
    example: [`${name}("hello")`, JSON.stringify(digest(Buffer.from("hello")))],
    call: (args) => stringValue(digest(Buffer.from(textAt(args, 0)))),
  };
}

function ofFile(name: string, what: string, digest: DigestFunction): FunctionDeclaration {
  return {
    name,
    group: "hash",
    parameters: [stringParam("path")],
    returns: STRING,
    description: `The ${what} of the content of a file. Relative paths start at the template.`,
    example: [`length(${name}("/dev/null")) > 0`, "true"],
    call: (args, context) => stringValue(digest(readBytes(textAt(args, 0), context))),
  };
}

const title = (algorithm: string): string => algorithm.toUpperCase().replace("SHA", "SHA-");

export const hashFunctions: readonly FunctionDeclaration[] = [
  ...algorithms.map((algorithm) => ofText(algorithm, `${title(algorithm)} hash, in hexadecimal,`, hex(algorithm))),
  ...algorithms.map((algorithm) =>
    ofFile(`file${algorithm}`, `${title(algorithm)} hash, in hexadecimal,`, hex(algorithm)),
  ),
  ...(["sha256", "sha512"] as const).flatMap((algorithm) => [
    ofText(`base64${algorithm}`, `${title(algorithm)} hash, as Base64,`, base64(algorithm)),
    ofFile(`filebase64${algorithm}`, `${title(algorithm)} hash, as Base64,`, base64(algorithm)),
  ]),
  {
    name: "rsadecrypt",
    group: "hash",
    parameters: [stringParam("ciphertext"), stringParam("privatekey")],
    returns: STRING,
    secretResult: true,
    description:
      "Decrypts a text encrypted with RSA (PKCS #1 v1.5) and encoded as Base64, with a private key in PEM or OpenSSH form.",
    example: ['can(rsadecrypt("", "not a key"))', "false"],
    call: (args) => stringValue(decrypt(textAt(args, 0), textAt(args, 1))),
  },
  {
    name: "uuidv4",
    group: "hash",
    parameters: [],
    returns: STRING,
    description: "A random UUID, a different one at each call.",
    example: ["length(uuidv4())", "36"],
    call: () => stringValue(randomUUID()),
  },
  {
    name: "uuidv5",
    group: "hash",
    parameters: [stringParam("namespace"), stringParam("name")],
    returns: STRING,
    description:
      "The UUID of a name in a namespace: dns, url, oid, x500 or a UUID. The same name always gives the same UUID.",
    example: ['uuidv5("dns", "example.com")', '"cfbff0d1-9375-5685-968c-48ce8b15ae17"'],
    call: (args) => stringValue(namedUuid(textAt(args, 0), textAt(args, 1))),
  },
];

function decrypt(ciphertext: string, key: string): string {
  const bytes = decodeBase64(ciphertext);
  let privateKey: ReturnType<typeof createPrivateKey>;
  try {
    privateKey = createPrivateKey(key);
  } catch {
    throw new FunctionError("it is not a private key in PEM form without a passphrase.", 1);
  }
  if (privateKey.asymmetricKeyType !== "rsa") throw new FunctionError("it is not an RSA key.", 1);
  try {
    return decodeUtf8(privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, bytes));
  } catch {
    throw new FunctionError("it cannot be decrypted with this key.", 0);
  }
}

/** Appendix C of RFC 4122. */
const namespaces: Readonly<Record<string, string>> = {
  dns: "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
  url: "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
  oid: "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
  x500: "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
};

function namedUuid(namespace: string, name: string): string {
  const base = digitsOf(ownEntry(namespaces, namespace) ?? namespace);
  if (base === undefined) throw new FunctionError("the namespace must be dns, url, oid, x500 or a UUID.", 0);
  const hash = createHash("sha1").update(Buffer.from(base, "hex")).update(name).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The hexadecimal digits of a UUID, which may be in brackets, a URN, or without its hyphens. */
function digitsOf(uuid: string): string | undefined {
  const bare = /^[({](.*)[)}]$/.exec(uuid)?.[1] ?? uuid.replace(/^urn:uuid:/i, "");
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(bare)) return bare.replaceAll("-", "");
  return bare === uuid && /^[0-9a-f]{32}$/i.test(uuid) ? uuid : undefined;
}
