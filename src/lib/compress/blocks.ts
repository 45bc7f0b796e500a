import { awaitedLater } from "../awaited-later.ts";
import type { ByteSource } from "../byte-source.ts";

/** A part of a source, in memory that threads can share. */
export interface DataBlock {
  readonly data: Buffer;
  /** The last bytes before `data` in the source, as many as were asked for and exist. */
  readonly before: Buffer;
  /** Room for the result of the transform. */
  readonly output: Buffer;
}

export interface MapBlocksOptions {
  /** Bytes in each block but the last, which may be shorter. */
  readonly size: number;
  /** Bytes of `before`. Default none. */
  readonly beforeBytes?: number;
  /** Bytes of `output`. Default none. */
  readonly outputBytes?: number;
  /**
   * How many blocks exist at a time, three or more (one is being filled, one is with the consumer). Bounds the memory.
   */
  readonly count: number;
}

/**
 * Cuts a source into blocks, transforms several at a time, and yields the results in order. A block (and so a result
 * that refers to it) is valid until the next result is asked for. A failed transform rejects where its result would
 * have come.
 */
export async function* mapBlocks<Out>(
  source: ByteSource,
  options: MapBlocksOptions,
  transform: (block: DataBlock) => Promise<Out>,
): AsyncGenerator<Out> {
  const ring = createRing(options);
  const pieces = source[Symbol.asyncIterator]();
  const pending: Promise<Out>[] = [];
  const start = () => void pending.push(awaitedLater(transform(ring.take())));
  // The next piece is asked for before a result is handed out, so that it is read while the consumer is busy: of all
  // blocks one is being filled, one may be with the consumer, the others are pending.
  const isCrowded = (): boolean => pending.length > options.count - 2;
  let next = pieces.next(ring.room());
  try {
    for (;;) {
      const { done, value: piece } = await next;
      if (done === true) break;
      let offset = ring.fill(piece);
      while (ring.isFull()) {
        start();
        if (isCrowded() && offset < piece.length) yield await pending.shift()!;
        offset += ring.fill(piece.subarray(offset));
      }
      next = awaitedLater(pieces.next(ring.room()));
      if (isCrowded()) yield await pending.shift()!;
    }
    if (!ring.isEmpty()) start();
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await next.catch(() => {});
    await pieces.return?.();
    await Promise.allSettled(pending);
  }
}

/** The same few blocks in turn. Memory is made when it is first needed, so that a small source stays cheap. */
function createRing({ size, beforeBytes = 0, outputBytes = 0, count }: MapBlocksOptions) {
  const memories: SharedArrayBuffer[] = [];
  const memory = (turn: number): SharedArrayBuffer =>
    (memories[turn % count] ??= new SharedArrayBuffer(beforeBytes + size + outputBytes));
  let turn = 0;
  let filled = 0;
  const part = (offset: number, length: number): Buffer => Buffer.from(memory(turn), offset, length);
  /** The previous block is always a full one, and stays unchanged until its turn comes again. */
  const before = (): Buffer => {
    const length = turn === 0 ? 0 : Math.min(beforeBytes, size);
    const copy = part(beforeBytes - length, length);
    if (length > 0) copy.set(new Uint8Array(memory(turn - 1), beforeBytes + size - length, length));
    return copy;
  };
  return {
    isFull: () => filled === size,
    isEmpty: () => filled === 0,
    /** What is left of the present block. */
    room: () => part(beforeBytes + filled, size - filled),
    /** Takes as much of `bytes` as the present block has room for, and returns how much that was. */
    fill(bytes: Uint8Array): number {
      const taken = bytes.subarray(0, size - filled);
      const place = part(beforeBytes + filled, taken.length);
      const isThere = taken.buffer === place.buffer && taken.byteOffset === place.byteOffset;
      if (!isThere) place.set(taken);
      filled += taken.length;
      return taken.length;
    },
    /** The present block; the next one becomes present. */
    take(): DataBlock {
      const output = part(beforeBytes + size, outputBytes);
      const block = { data: part(beforeBytes, filled), before: before(), output };
      turn++;
      filled = 0;
      return block;
    },
  };
}
