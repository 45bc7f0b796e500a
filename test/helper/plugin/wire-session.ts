import { setImmediate as turn } from "node:timers/promises";
import type { ByteStream } from "../../../src/plugin-host/wire/byte-stream.ts";
import { encodeFrame, FRAME, FrameReader, type FrameHeader } from "../../../src/plugin-host/wire/yamux-frame.ts";
import { streamPair } from "./stream-pair.ts";

/** What went over a connection to a plugin, frame by frame, in the order in which it was seen. JSON data. */
export interface WireSession {
  /** What was spoken to, for readers: `docker 1.1.5-dev, builder`. */
  readonly plugin: string;
  readonly frames: readonly WireFrame[];
  /** What commands in the guest answered, in the order in which they began. */
  readonly commands: readonly GuestCommand[];
  /** What the scenario came to. */
  readonly result: unknown;
}

/** `>` from the host, `<` from the plugin; then type, flags, stream, length; then the data in hexadecimal. */
export type WireFrame = readonly [direction: ">" | "<", head: string, data?: string];

export interface GuestCommand {
  readonly command: string;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** The same connection, of which every whole frame is noted. */
export function recordFrames(connection: ByteStream, frames: WireFrame[]): ByteStream {
  const [sent, received] = [noteFrames(">", frames), noteFrames("<", frames)];
  return {
    read: async (limit) => {
      const bytes = await connection.read(limit);
      if (bytes) received.push(Buffer.from(bytes));
      return bytes;
    },
    write: (bytes) => {
      sent.push(Buffer.from(bytes));
      return connection.write(bytes);
    },
    end: () => connection.end(),
    destroy: (reason) => connection.destroy(reason),
  };
}

function noteFrames(direction: ">" | "<", frames: WireFrame[]): FrameReader {
  let data: Uint8Array[] = [];
  return new FrameReader({
    onFrame: () => (data = []),
    onData: (_, bytes) => void data.push(Buffer.from(bytes)),
    onFrameEnd: ({ type, flags, stream, length }) => {
      const hex = Buffer.concat(data).toString("hex");
      const head = [type, flags, stream, length].join(" ");
      frames.push(hex === "" ? [direction, head] : [direction, head, hex]);
    },
  });
}

export interface Replay {
  readonly connection: ByteStream;
  /** Resolves when all was played; rejects where the host said something else than was recorded. */
  readonly played: Promise<void>;
}

/**
 * Plays the plugin's part: each of its frames when the host has said what it had said before. Only data is compared,
 * stream by stream: when credit is given and streams are closed may differ by moments.
 */
export function replaySession({ frames }: WireSession): Replay {
  const [connection, wire] = streamPair();
  const said = new Map<number, Buffer>();
  const reader = new FrameReader({
    onFrame: () => {},
    onData: ({ stream }, bytes) => void said.set(stream, Buffer.concat([said.get(stream) ?? Buffer.alloc(0), bytes])),
    onFrameEnd: () => {},
  });
  const listen = async (): Promise<void> => {
    for (let bytes = await wire.read(); bytes !== undefined; bytes = await wire.read()) reader.push(bytes);
  };
  void listen().catch(() => {});
  return { connection, played: play(frames, said, wire) };
}

async function play(frames: readonly WireFrame[], said: ReadonlyMap<number, Buffer>, wire: ByteStream): Promise<void> {
  const expected = new Map<number, Buffer>();
  for (const [direction, head, hex = ""] of frames) {
    const header = headerOf(head);
    const data = Buffer.from(hex, "hex");
    if (direction === "<") {
      await wire.write(encodeFrame(header, header.type === FRAME.data ? data : undefined));
      continue;
    }
    if (header.type !== FRAME.data) continue;
    const { stream } = header;
    const wanted = Buffer.concat([expected.get(stream) ?? Buffer.alloc(0), data]);
    expected.set(stream, wanted);
    await untilSaid(said, stream, wanted);
  }
}

async function untilSaid(said: ReadonlyMap<number, Buffer>, stream: number, wanted: Buffer): Promise<void> {
  for (;;) {
    const found = said.get(stream) ?? Buffer.alloc(0);
    const common = Math.min(found.length, wanted.length);
    if (!found.subarray(0, common).equals(wanted.subarray(0, common))) {
      throw new Error(
        `On stream ${stream} the host says ${found.toString("latin1")}, and said ${wanted.toString("latin1")}`,
      );
    }
    if (found.length >= wanted.length) return;
    await turn();
  }
}

function headerOf(head: string): FrameHeader {
  const [type, flags, stream, length] = head.split(" ").map(Number) as [number, number, number, number];
  return { type, flags, stream, length };
}
