import type { StoredBuild } from "../../../core/store/record.ts";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import { shellQuote } from "../../../lib/shell-quote.ts";
import { UsageError } from "../../usage-error.ts";

interface SelectOptions {
  /** As the user named it. */
  readonly store: string;
  /** Of several of one name the one stored last. */
  readonly latest: boolean;
}

/** The builds that are named, or whose keys begin so; `all` is in order of time. Throws a UsageError. */
export function selectBuilds(
  all: readonly StoredBuild[],
  named: readonly string[],
  { store, latest }: SelectOptions,
): readonly StoredBuild[] {
  return named.map((name) => {
    const found = all.filter(({ build, key }) => build.name === name || isBeginning(name, key));
    if (found.length === 1 || (latest && found.length > 0)) return found.at(-1)!;
    if (found.length === 0) {
      const known = all.map(({ build }) => build.name);
      throw new UsageError(
        `The store has no build "${name}".${didYouMean(name, known)} List them: imgbuild store ls ${shellQuote(store)}`,
      );
    }
    const keys = found.map(({ key }) => key.slice(0, 12)).join(", ");
    throw new UsageError(`"${name}" may be ${found.length} builds: ${keys}. Name one of these keys, or add -latest.`);
  });
}

const isBeginning = (name: string, key: string): boolean => /^[0-9a-f]{4,64}$/.test(name) && key.startsWith(name);
