import { readAll, type ByteStream } from "../../../src/plugin-host/wire/byte-stream.ts";
import { StreamBuffer } from "../../../src/plugin-host/wire/stream-buffer.ts";
import { StreamClosed } from "../../../src/plugin-host/wire/wire-error.ts";

export interface PairOptions {
  /** How a write is cut before it arrives. Default: as it is. */
  readonly split?: (bytes: Uint8Array) => readonly Uint8Array[];
  /** Bytes that may wait to be read before a write waits. Default: no limit. */
  readonly room?: number;
}

/** Both ends of a connection in memory. */
export function streamPair(options: PairOptions = {}): [ByteStream, ByteStream] {
  const [toLeft, toRight] = [new StreamBuffer(), new StreamBuffer()];
  return [endOf(toLeft, toRight, options), endOf(toRight, toLeft, options)];
}

export const byteByByte = (bytes: Uint8Array): readonly Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte));

function endOf(incoming: StreamBuffer, outgoing: StreamBuffer, { split, room }: PairOptions): ByteStream {
  let isOver = false;
  return {
    read: (limit) => incoming.read(limit),
    write: async (bytes) => {
      if (isOver) throw new StreamClosed("the stream was ended");
      for (const piece of split?.(bytes) ?? [bytes]) outgoing.add(Buffer.from(piece));
      while (room !== undefined && outgoing.length > room) await new Promise((resolve) => setImmediate(resolve));
    },
    end: () => {
      isOver = true;
      return Promise.resolve(outgoing.end());
    },
    destroy: (reason) => {
      isOver = true;
      incoming.break(reason);
      outgoing.break(reason);
    },
  };
}

/** Everything until the end of a stream. */
export async function received(stream: ByteStream): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readAll(stream)) pieces.push(piece);
  return Buffer.concat(pieces);
}
