import type { Client, ParsedKey } from "ssh2";

/**
 * ssh2 asks first whether a key would do and signs when the server says so. With the private half at hand the signature goes
 * along at once, which spares a round trip of each login (RFC 4252, section 7: the question is optional). Where the key
 * cannot sign, ssh2 asks all the same, and says why when it comes to signing.
 */
export function signAtOnce(client: Client): void {
  const protocol = (client as unknown as { _protocol: Protocol })._protocol;
  const original = protocol.authPK.bind(protocol);
  protocol.authPK = (username, key, algorithm, signNow) => {
    const isQuestion = signNow === undefined;
    if (!isQuestion || !key.isPrivateKey()) return original(username, key, algorithm, signNow);
    original(username, key, algorithm, (data, finish) => {
      const signature = signed(key, algorithm, data);
      if (signature instanceof Error) original(username, key, algorithm);
      else finish(signature);
    });
  };
}

/** The one inner part of ssh2 1.17 this needs; the version is pinned to that minor one. */
interface Protocol {
  authPK(username: string, key: ParsedKey, algorithm: string | undefined, signNow?: SignNow): void;
}

type SignNow = (data: Buffer, finish: (signature: Buffer) => void) => void;

/** RFC 8332: the name of an RSA signature says its digest. Other keys have one of their own. */
function signed(key: ParsedKey, algorithm: string | undefined, data: Buffer): Buffer | Error {
  const bits = /^rsa-sha2-(\d+)$/.exec(algorithm ?? "")?.[1];
  return key.sign(data, bits === undefined ? undefined : `sha${bits}`);
}
