import type { OptionDescription } from "./describe.ts";

export interface OptionGroup {
  /** What the names of its options begin with; empty for those of no group. */
  readonly prefix: string;
  readonly options: readonly OptionDescription[];
}

/** So few options need no groups, and so few are none. */
const FEW = 20;
const LEAST = 3;

/** What begins so has nothing else in common. */
const VERBS: ReadonlySet<string> = new Set(["allow_", "disable_", "enable_", "force_", "keep_", "skip_", "use_"]);

/** Options by the first word of their names (`ssh_…`), those of no group first. */
export function groupOptions(options: readonly OptionDescription[]): readonly OptionGroup[] {
  if (options.length <= FEW) return [{ prefix: "", options }];
  const byWord = new Map<string, OptionDescription[]>();
  for (const option of options) {
    const prefix = /^[^_]+_/.exec(option.name)?.[0] ?? "";
    byWord.set(prefix, [...(byWord.get(prefix) ?? []), option]);
  }
  const isGroup = (prefix: string): boolean =>
    prefix !== "" && !VERBS.has(prefix) && byWord.get(prefix)!.length >= LEAST;
  const prefixes = [...byWord.keys()].filter(isGroup).sort();
  const others = options.filter(({ name }) => !prefixes.some((prefix) => name.startsWith(prefix)));
  const groups = prefixes.map((prefix) => ({ prefix, options: byWord.get(prefix)! }));
  return others.length === 0 ? groups : [{ prefix: "", options: others }, ...groups];
}
