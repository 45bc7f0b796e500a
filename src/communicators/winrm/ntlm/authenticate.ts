import { randomBytes } from "node:crypto";
import { createRc4 } from "../../../lib/rc4.ts";
import { hmacMd5, md5, parseAccount, passwordKey, proof, utf16 } from "./keys.ts";
import {
  AUTHENTICATE,
  OFFERED,
  REQUIRED,
  VERSION,
  av,
  formatPairs,
  header,
  negotiateMessage,
  parseChallenge,
  type AvPair,
  type Challenge,
} from "./messages.ts";

export interface NtlmCredentials {
  /** `user`, `DOMAIN\user` or `user@domain`. */
  readonly username: string;
  readonly password: string;
}

export interface NtlmTarget {
  /** Host name or address, as in the URL. */
  readonly host: string;
  /** Hash of the server's certificate where the connection is TLS (RFC 5929, tls-server-end-point). */
  readonly certificateHash?: Buffer | undefined;
}

export interface NtlmAnswer {
  readonly message: Buffer;
  readonly sessionKey: Buffer;
}

/**
 * Answers a server's challenge with NTLMv2 (3.1.5.1.2). `undefined` where what the server sent is no challenge, or where it
 * would leave the messages unprotected.
 */
export function answerChallenge(
  challengeMessage: Buffer,
  credentials: NtlmCredentials,
  target: NtlmTarget,
): NtlmAnswer | undefined {
  const challenge = parseChallenge(challengeMessage);
  if (challenge === undefined || (challenge.flags & REQUIRED) !== REQUIRED >> 0) return undefined;
  const account = parseAccount(credentials.username);
  const passwordHash = passwordKey(account, credentials.password);
  const { pairs, timestamp } = answerPairs(challenge, target);
  const clientChallenge = randomBytes(8);
  const clientData = clientDataOf(timestamp.value, clientChallenge, pairs);
  const ntProof = proof(passwordHash, challenge.challenge, clientData);
  const sessionKey = randomBytes(16);
  const lmResponse = timestamp.isServers
    ? Buffer.alloc(24)
    : Buffer.concat([hmacMd5(passwordHash, challenge.challenge, clientChallenge), clientChallenge]);
  const parts = {
    lmResponse,
    ntResponse: Buffer.concat([ntProof, clientData]),
    domain: utf16(account.domain),
    user: utf16(account.user),
    workstation: Buffer.alloc(0),
    sessionKey: createRc4(hmacMd5(passwordHash, ntProof))(sessionKey),
  };
  const message = formatAuthenticate((challenge.flags & OFFERED) >>> 0, parts);
  if (timestamp.isServers) {
    hmacMd5(sessionKey, negotiateMessage(), challengeMessage, message).copy(message, MIC_OFFSET);
  }
  return { message, sessionKey };
}

/** A server that tells its time wants the messages' integrity code, which a flag announces. */
function answerPairs({ targetInfo }: Challenge, { host, certificateHash }: NtlmTarget) {
  const servers = targetInfo.find(({ id }) => id === av.timestamp)?.value;
  const kept = targetInfo.filter(({ id }) => id !== av.flags && id !== av.channelBindings && id !== av.targetName);
  const pairs: AvPair[] = [
    ...kept,
    ...(servers === undefined ? [] : [{ id: av.flags, value: Buffer.from([2, 0, 0, 0]) }]),
    { id: av.channelBindings, value: channelBindings(certificateHash) },
    { id: av.targetName, value: utf16(`HTTP/${host}`) },
  ];
  return { pairs, timestamp: { value: servers ?? fileTimeNow(), isServers: servers !== undefined } };
}

/** MD5 over a gss_channel_bindings_struct without addresses (RFC 2744, 3.11; RFC 4121, 4.1.1.2); zeros for none. */
function channelBindings(certificateHash: Buffer | undefined): Buffer {
  if (certificateHash === undefined) return Buffer.alloc(16);
  const data = Buffer.concat([Buffer.from("tls-server-end-point:"), certificateHash]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return md5(Buffer.alloc(16), length, data);
}

function clientDataOf(timestamp: Buffer, clientChallenge: Buffer, pairs: readonly AvPair[]): Buffer {
  const versions = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([versions, timestamp, clientChallenge, Buffer.alloc(4), formatPairs(pairs), Buffer.alloc(4)]);
}

/** Hundreds of nanoseconds since 1601. */
export function fileTimeNow(): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n);
  return time;
}

const FIXED_LENGTH = 88;
const MIC_OFFSET = 72;

interface AuthenticateParts {
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  readonly domain: Buffer;
  readonly user: Buffer;
  readonly workstation: Buffer;
  readonly sessionKey: Buffer;
}

/** With room for the integrity code, which is over the whole message with zeros in its place. */
function formatAuthenticate(negotiated: number, parts: AuthenticateParts): Buffer {
  const { lmResponse, ntResponse, domain, user, workstation, sessionKey } = parts;
  const fixed = Buffer.alloc(FIXED_LENGTH);
  header(AUTHENTICATE).copy(fixed);
  let offset = FIXED_LENGTH;
  for (const [index, part] of [lmResponse, ntResponse, domain, user, workstation, sessionKey].entries()) {
    fixed.writeUInt16LE(part.length, 12 + 8 * index);
    fixed.writeUInt16LE(part.length, 14 + 8 * index);
    fixed.writeUInt32LE(offset, 16 + 8 * index);
    offset += part.length;
  }
  fixed.writeUInt32LE(negotiated, 60);
  VERSION.copy(fixed, 64);
  return Buffer.concat([fixed, lmResponse, ntResponse, domain, user, workstation, sessionKey]);
}
