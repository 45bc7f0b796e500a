/** `Promise.all(items.map(work))` with at most `limit` running at a time (0 or less: all), started in order. */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  const workers = limit < 1 ? items.length : Math.min(limit, items.length);
  await Promise.all(Array.from({ length: workers }, worker));
  return results;
}

/** The same function, with at most `limit` calls running at a time; others wait in order. */
export function limited<Item, Result>(
  limit: number,
  work: (item: Item) => Promise<Result>,
): (item: Item) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (item) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work(item);
    } finally {
      // The next in line takes the place over.
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
