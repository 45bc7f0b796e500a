import type { ListedCheckpoint } from "./store.ts";

export interface PruneLimits {
  readonly olderMs: number | undefined;
  readonly keepBytes: number | undefined;
  readonly now: number;
}

/** Keys of what goes: what was not used for long, and the longest unused until the rest is small enough. */
export function prunable(
  all: readonly ListedCheckpoint[],
  { olderMs, keepBytes, now }: PruneLimits,
): readonly string[] {
  const byUse = all.toSorted((one, other) => one.usedAt - other.usedAt);
  const isOld = ({ usedAt }: ListedCheckpoint): boolean => olderMs !== undefined && now - usedAt > olderMs;
  const gone = new Set(byUse.filter(isOld));
  let kept = byUse.filter((checkpoint) => !gone.has(checkpoint));
  while (keepBytes !== undefined && kept.length > 0 && totalBytes(kept) > keepBytes) {
    gone.add(kept[0]!);
    kept = kept.slice(1);
  }
  return [...gone].map(({ key }) => key);
}

/** Each object counts once. */
export function totalBytes(all: readonly ListedCheckpoint[]): number {
  const sizes = new Map(all.flatMap(({ files }) => Object.values(files).map(({ object, size }) => [object, size])));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
