import { ByteQueue } from "./byte-queue.ts";
import { ProtocolError } from "./wire-error.ts";

/**
 * Frames of yamux, version 0. Source: hashicorp/yamux, spec.md: a header of 12 bytes, big-endian, and after that of a
 * data frame its bytes.
 */
const HEADER_BYTES = 12;
export const FRAME = { data: 0, windowUpdate: 1, ping: 2, goAway: 3 } as const;
export const FLAG = { syn: 1, ack: 2, fin: 4, rst: 8 } as const;
/** How much a stream may send before it is told to go on; the same on both sides. */
export const INITIAL_WINDOW = 256 * 1024;

export interface FrameHeader {
  readonly type: number;
  readonly flags: number;
  /** 0: the session itself. */
  readonly stream: number;
  /** Of the data that follows; else the credit, the number of the ping, or the reason for going away. */
  readonly length: number;
}

export function encodeFrame(frame: FrameHeader, data?: Uint8Array): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + (data?.length ?? 0));
  bytes[1] = frame.type;
  bytes.writeUInt16BE(frame.flags, 2);
  bytes.writeUInt32BE(frame.stream, 4);
  bytes.writeUInt32BE(frame.length, 8);
  if (data) bytes.set(data, HEADER_BYTES);
  return bytes;
}

export interface FrameHandler {
  /** @throws ProtocolError to refuse the frame before any of its data is kept. */
  onFrame(header: FrameHeader): void;
  /** A piece of the data of the last frame. */
  onData(header: FrameHeader, bytes: Uint8Array): void;
  /** The frame and all of its data were read. */
  onFrameEnd(header: FrameHeader): void;
}

/** Reads frames from bytes that arrive in pieces of any size; data is handed on as it comes. */
export class FrameReader {
  readonly #queue = new ByteQueue();
  readonly #handler: FrameHandler;
  /** Of the frame whose data is being read. */
  #header: FrameHeader | undefined;
  #dataLeft = 0;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  /** @throws ProtocolError. */
  push(chunk: Uint8Array): void {
    this.#queue.add(chunk);
    while (this.#header ? this.#queue.length > 0 : this.#queue.length >= HEADER_BYTES) {
      if (this.#header) this.#readData(this.#header);
      else this.#begin(decodeHeader(this.#queue.take(HEADER_BYTES)));
    }
  }

  #begin(header: FrameHeader): void {
    this.#handler.onFrame(header);
    this.#dataLeft = header.type === FRAME.data ? header.length : 0;
    if (this.#dataLeft > 0) this.#header = header;
    else this.#handler.onFrameEnd(header);
  }

  #readData(header: FrameHeader): void {
    const piece = this.#queue.takeUpTo(this.#dataLeft);
    this.#dataLeft -= piece.length;
    this.#handler.onData(header, piece);
    if (this.#dataLeft > 0) return;
    this.#header = undefined;
    this.#handler.onFrameEnd(header);
  }
}

function decodeHeader(bytes: Buffer): FrameHeader {
  const [version, type] = bytes;
  if (version !== 0) throw new ProtocolError(`it speaks version ${version} of yamux`);
  if (type! > FRAME.goAway) throw new ProtocolError(`yamux has no frames of type ${type}`);
  return {
    type: type!,
    flags: bytes.readUInt16BE(2),
    stream: bytes.readUInt32BE(4),
    length: bytes.readUInt32BE(8),
  };
}
