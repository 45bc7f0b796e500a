import { connect } from "node:net";
import type { ParsedKey } from "ssh2";
import { BaseAgent, utils, type IdentityCallback, type SignCallback, type SigningRequestOptions } from "ssh2";
import { certifiedKey, readCertificate } from "./certificate.ts";
import { string, uint32, WireReader } from "./wire.ts";

/**
 * The keys and certificates of an SSH agent. ssh2's own client of agents leaves certificates out.
 * Source: "SSH Agent Protocol" (draft-ietf-sshm-ssh-agent), sections 3.5 and 3.6.
 */
export class KeyAgent extends BaseAgent {
  readonly #socket: string;

  constructor(socket: string) {
    super();
    this.#socket = socket;
  }

  override getIdentities(answer: IdentityCallback): void {
    request(this.#socket, Buffer.from([REQUEST_IDENTITIES]), IDENTITIES_ANSWER).then(
      (body) => answer(undefined, keysIn(body)),
      (error: unknown) => answer(error as Error),
    );
  }

  /** Answers with the signature without the name of its algorithm, as ssh2 expects it. */
  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const answer = typeof options === "function" ? options : callback!;
    const { hash } = typeof options === "function" ? {} : options;
    const question = Buffer.concat([
      Buffer.from([SIGN_REQUEST]),
      string(key.getPublicSSH()),
      string(data),
      uint32(signatureFlags(key.type, hash)),
    ]);
    request(this.#socket, question, SIGN_RESPONSE).then(
      (body) => answer(undefined, withoutName(new WireReader(body).next())),
      (error: unknown) => answer(error as Error),
    );
  }
}

const FAILURE = 5;
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const RSA_SHA2_256 = 2;
const RSA_SHA2_512 = 4;

/** RSA certificates are used with SHA-512 signatures. */
function signatureFlags(type: string, hash: string | undefined): number {
  if (type.startsWith("rsa-sha2-512-cert") || hash === "sha512") return RSA_SHA2_512;
  return hash === "sha256" ? RSA_SHA2_256 : 0;
}

/** Those of a kind that is not known (a token's, for example) are left out. */
function keysIn(body: Buffer): ParsedKey[] {
  const fields = new WireReader(body);
  const keys: ParsedKey[] = [];
  for (let count = fields.count(); count > 0; count--) {
    const blob = fields.next();
    fields.next();
    const key = certificateOf(blob) ?? publicKey(blob);
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

/** A certificate is offered as it is; its key is needed only by name. */
function certificateOf(blob: Buffer): ParsedKey | undefined {
  const certified = readCertificate(blob);
  const key = certified && publicKey(certified.key);
  return key && certifiedKey(key, certified.certificate);
}

function publicKey(blob: Buffer): ParsedKey | undefined {
  const key = utils.parseKey(blob);
  return key instanceof Error ? undefined : key;
}

function withoutName(signature: Buffer): Buffer {
  const fields = new WireReader(signature);
  fields.next();
  return fields.next();
}

/** One question on a connection of its own. Rejects where the agent does not answer it with `expected`. */
function request(socket: string, question: Buffer, expected: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const connection = connect(socket, () => connection.write(string(question)));
    connection.on("error", (error) => reject(error));
    connection.on("close", () => reject(new Error("the agent closed the connection without an answer")));
    connection.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 5 || received.length < 4 + received.readUInt32BE(0)) return;
      const type = received[4];
      if (type === expected) resolve(received.subarray(5, 4 + received.readUInt32BE(0)));
      else reject(new Error(type === FAILURE ? "the agent refused" : `the agent answered with message ${type}`));
      connection.destroy();
    });
  });
}
