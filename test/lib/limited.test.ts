import { describe, expect, it } from "vitest";
import { limited } from "../../src/lib/limited.ts";

describe("limited", () => {
  it("has so many calls under way, and starts the others in order as places are free, after failures too", async () => {
    const ends = new Map<number, (error?: Error) => void>();
    const work = limited(2, (item: number) => {
      return new Promise<number>((resolve, reject) => {
        ends.set(item, (error) => (error ? reject(error) : resolve(item * 10)));
      });
    });
    const results = [1, 2, 3, 4].map((item) => work(item));
    expect([...ends.keys()]).toEqual([1, 2]);
    ends.get(2)!();
    expect(await results[1]).toBe(20);
    expect([...ends.keys()]).toEqual([1, 2, 3]);
    ends.get(1)!(new Error("no"));
    await expect(results[0]).rejects.toThrow("no");
    expect([...ends.keys()]).toEqual([1, 2, 3, 4]);
    for (const item of [3, 4]) ends.get(item)!();
    expect(await Promise.all(results.slice(2))).toEqual([30, 40]);
    const again = work(5);
    expect(ends.has(5)).toBe(true);
    ends.get(5)!();
    expect(await again).toBe(50);
  });
});
