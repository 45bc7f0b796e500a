import { createHash } from "node:crypto";
import { lstat, readFile, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import type { ConfigSpec } from "../wire/config-spec.ts";
import type { Description } from "./description.ts";

/** What was found out about a binary, and need not be found out again as long as it is the same. JSON data. */
interface Facts {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly description?: Description | undefined;
  /** By what `component-schema.ts` calls them. */
  readonly schemas: Readonly<Record<string, ConfigSpec>>;
}

/** Facts about binaries, in files that other runs and other users may read and write at the same time. */
export interface FactsCache {
  /** Never rejects. */
  look(path: string): Promise<Look>;
}

/** A binary as it is now. */
interface Look {
  /** `undefined` where nothing is known, the binary has changed, or what is kept cannot be trusted. */
  readonly known: Facts | undefined;
  /** Adds to what is known of the binary as it was when it was looked at. Never rejects: what cannot be kept is no loss. */
  remember(more: Partial<Facts> & Pick<Facts, "sha256">): Promise<void>;
}

export function createFactsCache(cacheDirectory: string): FactsCache {
  const directory = join(cacheDirectory, "plugins");
  const fileOf = (path: string): string => join(directory, `${digest(path)}.json`);
  const entries = new Map<string, Entry>();
  const read = async (stamp: Stamp): Promise<Entry | undefined> => {
    if (!(await isTrusted(stamp.path))) return undefined;
    const entry = entries.get(stamp.path) ?? (await readEntry(cacheDirectory, fileOf(stamp.path)));
    return entry && isSame(entry.stamp, stamp) ? entry : undefined;
  };
  const write = async (entry: Entry): Promise<void> => {
    await ensureDirectory(directory, 0o700);
    await writeFileAtomic(fileOf(entry.stamp.path), JSON.stringify(entry), { volatile: true, mode: 0o600 });
  };
  const look = async (path: string): Promise<Look> => {
    const stamp = await stampOf(path).catch(() => undefined);
    if (stamp === undefined) return { known: undefined, remember: async () => {} };
    const known = (await read(stamp).catch(() => undefined))?.facts;
    const remember: Look["remember"] = async (more) => {
      const before = entries.get(path);
      const facts = before && isSame(before.stamp, stamp) ? before.facts : known;
      const schemas = { ...facts?.schemas, ...more.schemas };
      const entry: Entry = { version: VERSION, stamp, facts: { ...facts, ...more, schemas } };
      entries.set(path, entry);
      await write(entry).catch(() => {});
    };
    return { known, remember };
  };
  return { look };
}

const VERSION = 1;

interface Entry {
  readonly version: typeof VERSION;
  readonly stamp: Stamp;
  readonly facts: Facts;
}

/** What changes when a file does. The time of its last change of any kind cannot be set back. Decimal text. */
interface Stamp {
  readonly path: string;
  readonly size: string;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly inode: string;
}

async function stampOf(path: string): Promise<Stamp> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  return { path, size: `${size}`, mtimeNs: `${mtimeNs}`, ctimeNs: `${ctimeNs}`, inode: `${ino}` };
}

function isSame(one: Stamp, other: Stamp): boolean {
  const keys = ["path", "size", "mtimeNs", "ctimeNs", "inode"] as const;
  return keys.every((key) => one[key] === other[key]);
}

/** Damage of any kind is no entry. */
async function readEntry(cacheDirectory: string, file: string): Promise<Entry | undefined> {
  if (!(await isPrivate(cacheDirectory)) || !(await isTrusted(file))) return undefined;
  const entry = JSON.parse(await readFile(file, "utf8")) as Partial<Entry> | null;
  if (entry?.version !== VERSION || !entry.stamp || !entry.facts?.schemas) return undefined;
  return /^[0-9a-f]{64}$/.test(entry.facts.sha256) ? (entry as Entry) : undefined;
}

/** Whether a file is what its owner made of it: nobody else can write it, or put another in its place. */
async function isTrusted(path: string): Promise<boolean> {
  return (await lstat(path)).isSymbolicLink() ? false : (await isPrivate(path)) && (await isPrivate(dirname(path)));
}

/** Ours or the administrator's, and not to be written by others. Where there are no owners (Windows), files are trusted. */
async function isPrivate(path: string): Promise<boolean> {
  const { uid, mode } = await stat(path);
  const own = userInfo().uid;
  if (own === -1) return true;
  return (uid === own || uid === 0) && (mode & 0o022) === 0;
}

function digest(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 32);
}
