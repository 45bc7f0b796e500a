import { parseSize } from "../../lib/parse-size.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Host } from "../../sdk/host.ts";
import { prunable } from "./prunable.ts";
import type { CheckpointStore } from "./store.ts";

const DEFAULT_LIMIT = 20 * 1024 ** 3;

/** How large the store may become, in bytes: `IMGBUILD_CHECKPOINTS_LIMIT`, else 20 GiB. Rejects what is no size. */
export function storeLimit({ env }: Pick<Host, "env">): number {
  const text = env["IMGBUILD_CHECKPOINTS_LIMIT"];
  if (!text) return DEFAULT_LIMIT;
  const limit = parseSize(text);
  if (limit !== undefined) return limit;
  throw new BuildError(`IMGBUILD_CHECKPOINTS_LIMIT: "${text}" is not a size`, { hint: "Write it as 20GB or 512M." });
}

/** What was not used for longest goes, until the store is within its limit. Returns how many went. */
export async function keepWithinLimit(store: CheckpointStore, limit: number, now: number): Promise<number> {
  const gone = prunable(await store.list(), { olderMs: undefined, keepBytes: limit, now });
  if (gone.length > 0) await store.remove(gone);
  return gone.length;
}
