import type { ListedCheckpoint } from "../../../core/checkpoints/store.ts";
import { UsageError } from "../../usage-error.ts";

/** Those whose id begins so; all without any. */
export function selectCheckpoints(
  all: readonly ListedCheckpoint[],
  ids: readonly string[],
): readonly ListedCheckpoint[] {
  if (ids.length === 0) return all;
  return ids.flatMap((id) => {
    const found = all.filter(({ key }) => key.startsWith(id));
    if (found.length === 1) return found;
    if (found.length === 0)
      throw new UsageError(`No checkpoint has an id that begins with "${id}". List them: imgbuild checkpoints`);
    throw new UsageError(`"${id}" begins the ids of ${found.length} checkpoints. Give more of it.`);
  });
}
