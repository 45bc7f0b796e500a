import { timingSafeEqual } from "node:crypto";
import { createRc4 } from "../../../lib/rc4.ts";
import { hmacMd5, md5 } from "./keys.ts";

/** Encrypts and signs the messages of one connection, one direction each way (3.4). */
export interface Sealer {
  /** A signature of 16 bytes for the message, and the message encrypted. */
  seal(message: Uint8Array): { readonly signature: Buffer; readonly sealed: Buffer };
  /** The message; `undefined` where it does not bear the right signature. */
  unseal(sealed: Uint8Array, signature: Uint8Array): Buffer | undefined;
}

export type Side = "client" | "server";

/** For the one side of a connection whose session key is known. Extended session security, 128 bits, key exchange. */
export function createSealer(sessionKey: Uint8Array, side: Side): Sealer {
  const outgoing = direction(sessionKey, side);
  const incoming = direction(sessionKey, side === "client" ? "server" : "client");
  return {
    seal: (message) => {
      const sealed = outgoing.cipher(message);
      return { sealed, signature: outgoing.sign(message) };
    },
    unseal: (sealed, signature) => {
      const message = incoming.cipher(sealed);
      const expected = incoming.sign(message);
      const isRight = signature.length === expected.length && timingSafeEqual(signature, expected);
      return isRight ? message : undefined;
    },
  };
}

function direction(sessionKey: Uint8Array, from: Side) {
  const way = from === "client" ? "client-to-server" : "server-to-client";
  const keyFor = (use: string) => md5(sessionKey, Buffer.from(`session key to ${way} ${use} key magic constant\0`));
  const signingKey = keyFor("signing");
  const cipher = createRc4(keyFor("sealing"));
  let sequence = 0;
  const sign = (message: Uint8Array): Buffer => {
    const number = Buffer.alloc(4);
    number.writeUInt32LE(sequence++);
    const checksum = cipher(hmacMd5(signingKey, number, message).subarray(0, 8));
    return Buffer.concat([Buffer.from([1, 0, 0, 0]), checksum, number]);
  };
  return { cipher, sign };
}
