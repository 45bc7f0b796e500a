import type { ByteStream } from "./byte-stream.ts";
import { ByteQueue } from "./byte-queue.ts";
import { ProtocolError, StreamClosed } from "./wire-error.ts";

/**
 * How a command ended, as it travels on a stream of its own: the Go struct `CommandFinished{ExitStatus int}` in Go's gob.
 * Source: documentation of the package encoding/gob. A first message describes the type, a second holds the value.
 */
const TYPE_MESSAGE = Buffer.from(
  "2b7f0301010f436f6d6d616e6446696e697368656401ff80000101010a457869745374617475730104000000",
  "hex",
);
const TYPE_ID = 64;
const LONGEST_MESSAGE = 1024;

export function encodeExitStatus(status: number): Buffer {
  // A field that is zero is left out; a field number is a step from the one before; 0 ends the struct.
  const field = status === 0 ? [] : [encodeUnsigned(1n), encodeSigned(BigInt(status))];
  const body = Buffer.concat([encodeSigned(BigInt(TYPE_ID)), ...field, Buffer.of(0)]);
  return Buffer.concat([TYPE_MESSAGE, encodeUnsigned(BigInt(body.length)), body]);
}

/** Reads the one status of a stream. Rejects with `StreamClosed` where the stream ends without one. */
export async function readExitStatus(stream: ByteStream): Promise<number> {
  const queue = new ByteQueue();
  for (;;) {
    const bytes = await stream.read();
    if (bytes === undefined) throw new StreamClosed("the command ended without a status");
    queue.add(bytes);
    const status = decodeExitStatus(queue);
    if (status !== undefined) return status;
  }
}

/** `undefined` as long as the message with the value is not complete. The type's number depends on the sender. */
function decodeExitStatus(queue: ByteQueue): number | undefined {
  if (queue.length > 2 * LONGEST_MESSAGE) throw new ProtocolError("an exit status is too long");
  const bytes = queue.take(queue.length);
  queue.add(bytes);
  for (let start = 0; start < bytes.length;) {
    const size = decodeUnsigned(bytes, start);
    if (size === undefined) return undefined;
    const end = size.next + Number(size.value);
    if (size.value > LONGEST_MESSAGE) throw new ProtocolError("an exit status is too long");
    if (end > bytes.length) return undefined;
    const status = decodeMessage(bytes.subarray(size.next, end));
    if (status !== undefined) return status;
    start = end;
  }
  return undefined;
}

/** `undefined` for a message that describes a type: its number is negative. */
function decodeMessage(message: Buffer): number | undefined {
  const type = whole(message, 0);
  if (signed(type.value) < 0n) return undefined;
  const step = whole(message, type.next);
  if (step.value === 0n) return 0;
  if (step.value !== 1n) throw new ProtocolError("an exit status has unknown fields");
  return Number(signed(whole(message, step.next).value));
}

interface Decoded {
  readonly value: bigint;
  readonly next: number;
}

function whole(bytes: Buffer, start: number): Decoded {
  const decoded = decodeUnsigned(bytes, start);
  if (!decoded) throw new ProtocolError("an exit status is cut off");
  return decoded;
}

/** Below 128 one byte; else a byte 256 - n, and n bytes, the highest first. */
function decodeUnsigned(bytes: Buffer, start: number): Decoded | undefined {
  const first = bytes[start];
  if (first === undefined) return undefined;
  if (first < 0x80) return { value: BigInt(first), next: start + 1 };
  const next = start + 1 + (256 - first);
  if (256 - first > 8) throw new ProtocolError("an exit status holds an impossible number");
  if (next > bytes.length) return undefined;
  return { value: BigInt(`0x${bytes.toString("hex", start + 1, next)}`), next };
}

function encodeUnsigned(value: bigint): Buffer {
  if (value < 128n) return Buffer.of(Number(value));
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  return Buffer.concat([Buffer.of(256 - bytes.length), bytes]);
}

/** The lowest bit is the sign, so that small negative numbers stay short. */
function encodeSigned(value: bigint): Buffer {
  return encodeUnsigned(value < 0n ? (-value - 1n) * 2n + 1n : value * 2n);
}

function signed(value: bigint): bigint {
  return value % 2n === 0n ? value / 2n : -(value + 1n) / 2n;
}
