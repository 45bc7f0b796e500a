/** The three messages of NTLM (2.2.1), as bytes. */

export const NEGOTIATE = 1;
export const CHALLENGE = 2;
export const AUTHENTICATE = 3;

export const flags = {
  unicode: 0x1,
  requestTarget: 0x4,
  sign: 0x10,
  seal: 0x20,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  targetTypeServer: 0x20000,
  extendedSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  bits128: 0x20000000,
  keyExchange: 0x40000000,
  bits56: 0x80000000,
} as const;

/** Without these there is no encryption worth the name. */
export const REQUIRED =
  flags.unicode | flags.sign | flags.seal | flags.ntlm | flags.extendedSecurity | flags.bits128 | flags.keyExchange;

export const OFFERED =
  (REQUIRED | flags.requestTarget | flags.alwaysSign | flags.targetInfo | flags.version | flags.bits56) >>> 0;

const SIGNATURE = Buffer.from("NTLMSSP\0");
/** Windows 10, NTLMSSP revision 15: what the version says changes nothing (2.2.2.10). */
export const VERSION = Buffer.from([10, 0, 0, 0, 0, 0, 0, 15]);

/** Which message this is; `undefined` for bytes that are none. */
export function messageType(message: Buffer): number | undefined {
  return message.length >= 12 && message.subarray(0, 8).equals(SIGNATURE) ? message.readUInt32LE(8) : undefined;
}

/** Header of a message: signature and type. */
export function header(type: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32LE(type);
  return Buffer.concat([SIGNATURE, number]);
}

export function negotiateMessage(): Buffer {
  const offered = Buffer.alloc(4);
  offered.writeUInt32LE(OFFERED);
  return Buffer.concat([header(NEGOTIATE), offered, Buffer.alloc(16), VERSION]);
}

export interface Challenge {
  readonly flags: number;
  readonly challenge: Buffer;
  readonly targetInfo: readonly AvPair[];
}

/** `undefined` where the server's answer is no challenge. */
export function parseChallenge(message: Buffer): Challenge | undefined {
  if (messageType(message) !== CHALLENGE || message.length < 48) return undefined;
  return {
    flags: message.readUInt32LE(20),
    challenge: message.subarray(24, 32),
    targetInfo: parsePairs(payload(message, 40)),
  };
}

/** The part that a length and an offset at `at` point to. */
export function payload(message: Buffer, at: number): Buffer {
  const [length, offset] = [message.readUInt16LE(at), message.readUInt32LE(at + 4)];
  return message.subarray(offset, offset + length);
}

/** Facts about a server, and about the client's answer (2.2.2.1). */
export interface AvPair {
  readonly id: number;
  readonly value: Buffer;
}

export const av = {
  end: 0,
  computer: 1,
  domain: 2,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBindings: 10,
} as const;

export function parsePairs(bytes: Buffer): readonly AvPair[] {
  const pairs: AvPair[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const [id, length] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    if (id === av.end) break;
    pairs.push({ id, value: bytes.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return pairs;
}

export function formatPairs(pairs: readonly AvPair[]): Buffer {
  const parts = [...pairs, { id: av.end, value: Buffer.alloc(0) }].map(({ id, value }) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat(parts);
}
