import { WireReader } from "./wire.ts";

/**
 * What a server offers for the key exchange, out of the first bytes it sends, which are not encrypted yet: its greeting,
 * then a packet with lists of names. Sources: RFC 4253, sections 4.2, 6 and 7.1.
 */
export class ServerOffer {
  #bytes = Buffer.alloc(0);
  #isOver = false;

  /** Takes what comes until the lists are there. */
  add(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#isOver = this.#bytes.length > LARGEST || lists(this.#bytes) !== undefined;
  }

  /** What the server has of that for which there was no match; `undefined` where the failure is another one. */
  insteadOf(failure: string): string | undefined {
    const index = subjects.findIndex((subject) => failure.includes(`no matching ${subject}`));
    if (index === -1) return undefined;
    const offered = lists(this.#bytes)?.[index];
    return offered === undefined ? undefined : offered.split(",").join(", ");
  }
}

const LARGEST = 128 * 1024;
const KEXINIT = 20;
const COOKIE_BYTES = 16;

/** In the order of the lists. */
const subjects = [
  "key exchange algorithm",
  "host key format",
  "C->S cipher",
  "S->C cipher",
  "C->S MAC",
  "S->C MAC",
  "C->S compression",
  "S->C compression",
];

function lists(bytes: Buffer): readonly string[] | undefined {
  const greeting = /(?:^|\n)SSH-[^\n]*\n/.exec(bytes.toString("latin1"));
  if (greeting === null) return undefined;
  const packet = bytes.subarray(greeting.index + greeting[0].length);
  // Length, padding, type, cookie.
  if (packet.length < 6 || packet.length < 4 + packet.readUInt32BE(0) || packet[5] !== KEXINIT) return undefined;
  const fields = new WireReader(packet.subarray(6 + COOKIE_BYTES));
  try {
    return subjects.map(() => fields.next().toString("latin1"));
  } catch {
    return undefined;
  }
}
