/** Bytes in, in pieces of any size; bytes out. Consumed once. */
export type ByteSource = AsyncIterable<Uint8Array>;

/** Regroups a source into blocks of exactly `size` bytes (the last may be shorter). */
export async function* inBlocks(source: ByteSource, size: number): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of source) {
    for (let offset = 0; offset < chunk.length;) {
      const taken = Math.min(size - filled, chunk.length - offset);
      block.set(chunk.subarray(offset, offset + taken), filled);
      offset += taken;
      filled += taken;
      if (filled < size) continue;
      yield block;
      block = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/**
 * Transforms items up to `concurrency` at a time and yields the results in order. Memory is bounded by `concurrency`
 * items. A failed transform rejects where its result would have come.
 */
export async function* mapOrdered<In, Out>(
  source: AsyncIterable<In>,
  concurrency: number,
  transform: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const pending: Promise<Out>[] = [];
  try {
    for await (const item of source) {
      const result = transform(item);
      // Awaited later; until then a rejection must not count as unhandled.
      result.catch(() => {});
      pending.push(result);
      if (pending.length >= concurrency) yield await pending.shift()!;
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await Promise.allSettled(pending);
  }
}
