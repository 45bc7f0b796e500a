/** `Promise.all(items.map(work))` with at most `limit` under way (0 or less: all), started in order. */
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
