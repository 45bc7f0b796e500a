import { readdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isOfDeadProcess } from "../lib/dead-locks.ts";
import { lock, tryLock, type LockOptions } from "../lib/file-lock.ts";
import { randomUuid } from "../lib/random-uuid.ts";
import type { Reaper } from "./journal.ts";
import { highestMissingParent, makeParents, removeEmptyParents } from "./missing-parents.ts";
import { exists, removedOrGone } from "./owned-path.ts";
import type { Step } from "./run.ts";

/**
 * Holds the lock file `path` while `body` runs. For locks beside files of the user: they are journalled, so that not even
 * a lock stays behind. (Locks in our own cache directory need no journal: the next process that wants one takes it over.)
 */
export async function withOwnedLock<Result>(
  step: Pick<Step, "own">,
  path: string,
  body: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  const parents = await highestMissingParent(path);
  const token = randomUuid();
  const entry = await step.own({ kind: "lock", id: path, details: { parents, token } }, () =>
    removeEmptyParents(path, parents),
  );
  await makeParents(path);
  const held = await lock(path, { ...options, token });
  try {
    return await body();
  } finally {
    await held.release();
    await removeEmptyParents(path, parents);
    await entry.strike();
  }
}

export const reaper: Reaper = {
  kind: "reaper",
  type: "lock",
  describe: ({ id }) => `lock file ${id}`,
  reap: async ({ id, details }, { dryRun }) => {
    const halfMade = await abandonedHalves(id, details?.["token"] as string | undefined);
    if (!dryRun) for (const path of halfMade) await unlink(path).catch(() => {});
    const isThere = await exists(id);
    if (isThere && !dryRun) {
      // Its mark is the process it names: a lock that can be taken over has no owner.
      const held = await tryLock(id);
      if (held === undefined) return { kind: "not-ours", why: "another run holds it now" };
      await held.release();
    }
    if (!dryRun) await removeEmptyParents(id, details?.["parents"] as string | undefined);
    return removedOrGone(isThere || halfMade.length > 0);
  },
};

/**
 * What a process that died while it took the lock left beside it: `LOCK.TOKEN`, with the token of the journal (it may be
 * empty still) or naming a process that is no more.
 */
async function abandonedHalves(path: string, token: string | undefined): Promise<readonly string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  const halves = names.filter((name) => name.startsWith(`${basename(path)}.`)).map((name) => join(dirname(path), name));
  const isOurs = (half: string): boolean => token !== undefined && half.endsWith(`.${token}`);
  const abandoned = await Promise.all(halves.map(async (half) => isOurs(half) || (await isOfDeadProcess(half))));
  return halves.filter((_, index) => abandoned[index]);
}
