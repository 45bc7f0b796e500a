import { randomBytes, timingSafeEqual } from "node:crypto";
import { createRc4 } from "../../../src/lib/rc4.ts";
import { fileTimeNow } from "../../../src/communicators/winrm/ntlm/authenticate.ts";
import { hmacMd5, passwordKey, utf16 } from "../../../src/communicators/winrm/ntlm/keys.ts";
import {
  AUTHENTICATE,
  CHALLENGE,
  NEGOTIATE,
  OFFERED,
  VERSION,
  av,
  flags,
  formatPairs,
  header,
  messageType,
  parsePairs,
  payload,
} from "../../../src/communicators/winrm/ntlm/messages.ts";
import { createSealer, type Sealer } from "../../../src/communicators/winrm/ntlm/seal.ts";

const NAME = "WINDOWS";
/** The computer's name in the DNS (2.2.2.1). */
const DNS_COMPUTER = 3;

/** The server's half of one NTLMv2 login (MS-NLMP, 3.2.5). */
export interface Acceptor {
  /** The next message to the client, or what became of its login. */
  take(message: Buffer): { readonly challenge: Buffer } | { readonly sealer: Sealer } | "refused";
}

/**
 * Sends its time, upon which a client should prove that no message was changed. `demandsProof` refuses those that do not;
 * Windows lets them in.
 */
export function createAcceptor(password: (user: string) => string | undefined, demandsProof = false): Acceptor {
  const nonce = randomBytes(8);
  const seen: Buffer[] = [];
  return {
    take: (message) => {
      if (messageType(message) === NEGOTIATE) {
        const challenge = challengeMessage(message.readUInt32LE(12), nonce);
        seen.push(message, challenge);
        return { challenge };
      }
      if (messageType(message) !== AUTHENTICATE || seen.length !== 2) return "refused";
      const sessionKey = verify(message, { nonce, seen, password, demandsProof });
      return sessionKey === undefined ? "refused" : { sealer: createSealer(sessionKey, "server") };
    },
  };
}

function challengeMessage(wanted: number, nonce: Buffer): Buffer {
  const name = utf16(NAME);
  const pairs = formatPairs([
    { id: av.domain, value: name },
    { id: av.computer, value: name },
    { id: DNS_COMPUTER, value: name },
    { id: av.timestamp, value: fileTimeNow() },
  ]);
  const fixed = Buffer.alloc(56);
  header(CHALLENGE).copy(fixed);
  fixed.writeUInt16LE(name.length, 12);
  fixed.writeUInt16LE(name.length, 14);
  fixed.writeUInt32LE(56, 16);
  fixed.writeUInt32LE(((wanted & OFFERED) | flags.targetInfo | flags.targetTypeServer) >>> 0, 20);
  nonce.copy(fixed, 24);
  fixed.writeUInt16LE(pairs.length, 40);
  fixed.writeUInt16LE(pairs.length, 42);
  fixed.writeUInt32LE(56 + name.length, 44);
  VERSION.copy(fixed, 48);
  return Buffer.concat([fixed, name, pairs]);
}

interface Login {
  readonly nonce: Buffer;
  readonly seen: readonly Buffer[];
  readonly password: (user: string) => string | undefined;
  readonly demandsProof: boolean;
}

/** The session key; `undefined` where the proof or the integrity code is wrong. */
function verify(message: Buffer, { nonce, seen, password, demandsProof }: Login): Buffer | undefined {
  const [ntResponse, domain, user] = [payload(message, 20), payload(message, 28), payload(message, 36)];
  const known = password(user.toString("utf16le"));
  if (known === undefined || ntResponse.length < 48) return undefined;
  const account = { user: user.toString("utf16le"), domain: domain.toString("utf16le") };
  const key = passwordKey(account, known);
  const [proof, clientData] = [ntResponse.subarray(0, 16), ntResponse.subarray(16)];
  if (!timingSafeEqual(hmacMd5(key, nonce, clientData), proof)) return undefined;
  const baseKey = hmacMd5(key, proof);
  const exchanged = (message.readUInt32LE(60) & flags.keyExchange) !== 0;
  const sessionKey = exchanged ? createRc4(baseKey)(payload(message, 52)) : baseKey;
  const announced = parsePairs(clientData.subarray(28)).find(({ id }) => id === av.flags)?.value[0] ?? 0;
  if ((announced & 2) === 0) return demandsProof ? undefined : sessionKey;
  const blank = Buffer.from(message);
  blank.fill(0, 72, 88);
  const code = hmacMd5(sessionKey, ...seen, blank);
  return timingSafeEqual(code, message.subarray(72, 88)) ? sessionKey : undefined;
}
