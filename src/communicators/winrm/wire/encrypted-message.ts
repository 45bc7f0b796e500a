import type { Sealer } from "../ntlm/seal.ts";

/** How a SOAP message travels encrypted over plain HTTP (MS-WSMV, 2.2.9.1). */

export const ENCRYPTED_TYPE =
  'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"';

const BOUNDARY = "--Encrypted Boundary";
const OCTETS = "Content-Type: application/octet-stream\r\n";

export function formatEncrypted(sealer: Sealer, message: Buffer): Buffer {
  const { signature, sealed } = sealer.seal(message);
  const head = [
    BOUNDARY,
    "\tContent-Type: application/HTTP-SPNEGO-session-encrypted",
    `\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=${message.length}`,
    BOUNDARY,
    `\t${OCTETS}`,
  ].join("\r\n");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(signature.length);
  return Buffer.concat([Buffer.from(head), length, signature, sealed, Buffer.from(`${BOUNDARY}--\r\n`)]);
}

/** The message; `undefined` where the body is not of this form or its signature is wrong. */
export function parseEncrypted(sealer: Sealer, body: Buffer): Buffer | undefined {
  const start = body.indexOf(OCTETS);
  const end = body.lastIndexOf(`${BOUNDARY}--`);
  if (start === -1 || end === -1) return undefined;
  const data = body.subarray(start + OCTETS.length, end);
  if (data.length < 4) return undefined;
  const signatureLength = data.readUInt32LE(0);
  const signature = data.subarray(4, 4 + signatureLength);
  return sealer.unseal(data.subarray(4 + signatureLength), signature);
}
