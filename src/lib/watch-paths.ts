import { watch, type FSWatcher } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { awaitedLater } from "./awaited-later.ts";
import { sleep } from "./retry.ts";

/** An editor saves in several steps (another name, a rename): only what it leaves counts. */
const SETTLE_MS = 100;

/**
 * Resolves with the first of the files and directories (with all they hold) that changes, comes or goes; rejects with the
 * abort reason. `onWatching` is called when every later change is seen.
 */
export async function firstChange(
  paths: readonly string[],
  signal: AbortSignal,
  onWatching: () => void = () => {},
): Promise<string> {
  const before = await stampsOf(paths);
  const watchers: FSWatcher[] = [];
  let wake = (): void => {};
  for (const directory of directoriesOf(paths, before)) {
    const watcher = watchDirectory(directory, () => wake());
    if (watcher) watchers.push(watcher);
  }
  onWatching();
  try {
    for (;;) {
      const woke = awaitedLater(woken(signal, (callback) => (wake = callback)));
      const changed = await changedSince(before);
      if (changed !== undefined) return changed;
      await woke;
      await sleep(SETTLE_MS, signal);
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

/** Each by itself: an entry that is new in one of them is a change already, whatever it holds. */
function directoriesOf(paths: readonly string[], stamps: ReadonlyMap<string, Stamp>): ReadonlySet<string> {
  const inside = [...stamps.values()].flatMap(({ directories }) => directories);
  return new Set([...paths.map((path) => dirname(path)), ...inside]);
}

/** One that is not there cannot be watched, and nothing can come into it. */
function watchDirectory(directory: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, onEvent);
    watcher.on("error", () => {});
    return watcher;
  } catch {
    return undefined;
  }
}

function woken(signal: AbortSignal, listen: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    listen(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}

interface Stamp {
  /** Changes with the content. */
  readonly text: string;
  /** The directory, and those in it. */
  readonly directories: readonly string[];
}

async function stampsOf(paths: readonly string[]): Promise<ReadonlyMap<string, Stamp>> {
  return new Map(await Promise.all(paths.map(async (path) => [path, await stampOf(path)] as const)));
}

async function changedSince(before: ReadonlyMap<string, Stamp>): Promise<string | undefined> {
  for (const [path, { text }] of before) if ((await stampOf(path)).text !== text) return path;
  return undefined;
}

async function stampOf(path: string): Promise<Stamp> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return { text: "", directories: [] };
  if (!found.isDirectory())
    return { text: `${found.mode} ${found.ino} ${found.size} ${found.mtimeMs}`, directories: [] };
  const names = (await readdir(path).catch(() => [])).toSorted();
  const inner = await Promise.all(names.map((name) => stampOf(join(path, name))));
  const text = [found.mode, ...names, ...inner.map((stamp) => stamp.text)].join("\n");
  return { text, directories: [path, ...inner.flatMap(({ directories }) => directories)] };
}
