import { readdir, unlink } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { isOfDeadProcess } from "../lib/dead-locks.ts";
import { lock, readLockOwner, type LockOptions } from "../lib/file-lock.ts";
import { randomUuid } from "../lib/random-uuid.ts";
import type { Reaper, Resource } from "../sdk/journal.ts";
import { missingParents, removeRecordedParents } from "./missing-parents.ts";
import { removedOrGone } from "./owned-path.ts";
import type { Run, Step } from "../sdk/run.ts";

/**
 * Holds the lock file `path` while `body` runs. For locks beside files of the user: they are journalled, so that not even
 * a lock stays behind. (Locks in our own cache directory need no journal: the next process that wants one takes it over.)
 */
export async function withOwnedLock<Result>(
  run: Pick<Run, "runId">,
  step: Pick<Step, "own">,
  { path, ...options }: LockOptions & { readonly path: string },
  body: () => Promise<Result>,
): Promise<Result> {
  const parents = await missingParents(path, run.runId);
  const token = randomUuid();
  const entry = await step.own({ kind: "lock", id: path, details: { ...parents.details, token } }, () =>
    parents.remove(),
  );
  await parents.make(entry);
  const held = await lock(path, { ...options, token });
  try {
    return await body();
  } finally {
    await held.release();
    await parents.remove();
    await entry.strike();
  }
}

export const reaper: Reaper = {
  kind: "reaper",
  type: "lock",
  describe: ({ id }) => `lock file ${id}`,
  reap: async (resource, { runId, dryRun }) => {
    const { id, details } = resource;
    if (!isAbsolute(id)) return { kind: "not-ours", why: "the journal does not say where it is" };
    const token = tokenOf(details);
    if (token === undefined) return { kind: "not-ours", why: "the journal does not say which lock it was" };
    const halfMade = await abandonedHalves(id, token);
    const owner = await readLockOwner(id);
    const isOurs = typeof owner === "object" && owner.token === token;
    if (!dryRun) {
      for (const path of halfMade) await unlink(path).catch(() => {});
      if (isOurs) await unlink(id);
      await removeRecordedParents(resource, runId);
    }
    if (!isOurs && owner !== "none") return { kind: "not-ours", why: "another run holds it now, or it is no lock" };
    return removedOrGone(isOurs || halfMade.length > 0);
  },
};

function tokenOf(details: Resource["details"]): string | undefined {
  const token = details?.["token"];
  return typeof token === "string" && TOKEN.test(token) ? token : undefined;
}

const TOKEN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What a process that died while it took the lock left beside it: `LOCK.TOKEN`, with the token of the journal (it may be
 * empty still) or naming a process that is no more.
 */
async function abandonedHalves(path: string, token: string): Promise<readonly string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  const prefix = `${basename(path)}.`;
  const isHalf = (name: string): boolean => name.startsWith(prefix) && TOKEN.test(name.slice(prefix.length));
  const halves = names.filter(isHalf).map((name) => join(dirname(path), name));
  const isOurs = (half: string): boolean => half.endsWith(`.${token}`);
  const abandoned = await Promise.all(halves.map(async (half) => isOurs(half) || (await isOfDeadProcess(half))));
  return halves.filter((_, index) => abandoned[index]);
}
