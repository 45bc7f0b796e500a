import { link, lstat, readFile, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ensureDirectory } from "./ensure-directory.ts";
import { identifyProcess, parseProcessIdentity, processState, type ProcessIdentity } from "./process-identity.ts";
import { randomUuid } from "./random-uuid.ts";
import { sleep } from "./retry.ts";

/** A lock held by this process, over all processes that use the same path. */
export interface FileLock {
  readonly path: string;
  release(): Promise<void>;
}

export interface LockOwner extends ProcessIdentity {
  /** Unique per acquisition. */
  readonly token: string;
}

/**
 * The process behind a lock of another host (a shared cache) cannot be checked; it counts as dead when its heartbeat
 * stops.
 */
const BEAT_MS = 5_000;
const FOREIGN_STALE_MS = 60_000;

/**
 * Takes the lock at `path` (a file made for it) if nobody alive has it; `undefined` otherwise. It ends with its owner:
 * a lock whose process is gone is taken over. `token` is unique to the owner; temporary files end in it.
 */
export async function tryLock(path: string, token: string = randomUuid()): Promise<FileLock | undefined> {
  await ensureDirectory(dirname(path));
  if (await create(path, token)) return hold(path, token);
  const found = await readLock(path);
  if (found.kind === "held" && (await isAlive(path, found.owner))) return undefined;
  if (found.kind !== "free") await breakStale(path, found, token);
  const isCreated = await create(path, token);
  return isCreated ? hold(path, token) : undefined;
}

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait, so the caller can say whom it waits for. */
  readonly onWait?: ((waitedMs: number) => void | Promise<void>) | undefined;
  /** Default 200 ms. */
  readonly pollMs?: number;
  /** See `tryLock`. Default: a new one for each try. */
  readonly token?: string;
}

/** Waits for the lock. Rejects with the abort reason as soon as `signal` aborts. */
export async function lock(path: string, options: LockOptions = {}): Promise<FileLock> {
  const started = performance.now();
  for (;;) {
    options.signal?.throwIfAborted();
    const held = await tryLock(path, options.token);
    if (held) return held;
    await options.onWait?.(performance.now() - started);
    await sleep(options.pollMs ?? 200, options.signal);
  }
}

export async function withLock<Result>(
  path: string,
  body: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  const held = await lock(path, options);
  try {
    return await body();
  } finally {
    await held.release();
  }
}

/** The file appears with its content, or not at all: written under another name, then linked. */
async function create(path: string, token: string): Promise<boolean> {
  const aside = `${path}.${token}`;
  const owner: LockOwner = { ...(await identifyProcess())!, token };
  try {
    await writeFile(aside, JSON.stringify(owner), { flag: "wx" });
    await link(aside, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(aside).catch(() => {});
  }
}

/** A lock file appears together with its content, so one that cannot be read is damaged and belongs to nobody. */
type FoundLock = { readonly kind: "free" | "damaged" } | { readonly kind: "held"; readonly owner: LockOwner };

async function readLock(path: string): Promise<FoundLock> {
  const owner = await readLockOwner(path);
  if (owner === "none") return { kind: "free" };
  return owner === undefined ? { kind: "damaged" } : { kind: "held", owner };
}

/** Who holds, or held, the lock at `path`; `"none"` where there is no file, `undefined` where it is no lock. */
export async function readLockOwner(path: string): Promise<LockOwner | "none" | undefined> {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? parseLockOwner(await readFile(path, "utf8")) : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "none" : undefined;
  }
}

/** The content of a lock file, which anybody may have written. */
function parseLockOwner(text: string): LockOwner | undefined {
  try {
    const value = JSON.parse(text) as { readonly token?: unknown } | null;
    const identity = parseProcessIdentity(value);
    const token = value?.token;
    if (identity === undefined || typeof token !== "string" || !/^[\w-]{1,64}$/.test(token)) return undefined;
    return { ...identity, token };
  } catch {
    return undefined;
  }
}

const tokenOf = (found: FoundLock): string => (found.kind === "held" ? found.owner.token : found.kind);

async function isAlive(path: string, owner: LockOwner): Promise<boolean> {
  const state = await processState(owner);
  if (state !== "unknown") return state === "alive";
  const beat = await stat(path).catch(() => undefined);
  return beat !== undefined && Date.now() - beat.mtimeMs < FOREIGN_STALE_MS;
}

/**
 * Removes the lock of a dead owner, unless somebody else already did and took it: check and removal happen under
 * a second lock named after that very owner, so a latecomer can never remove a fresh lock. (A free path is
 * never removed: between the check and the removal, another process may have taken it.)
 */
async function breakStale(path: string, stale: FoundLock, token: string): Promise<void> {
  const guard = await tryLock(`${path}.${tokenOf(stale)}.stale`, token);
  if (!guard) return;
  try {
    if (tokenOf(await readLock(path)) === tokenOf(stale)) await unlink(path).catch(() => {});
  } finally {
    await guard.release();
  }
}

function hold(path: string, token: string): FileLock {
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), BEAT_MS);
  beat.unref();
  let released = false;
  return {
    path,
    release: async () => {
      if (released) return;
      released = true;
      clearInterval(beat);
      if (tokenOf(await readLock(path)) === token) await unlink(path).catch(() => {});
    },
  };
}
