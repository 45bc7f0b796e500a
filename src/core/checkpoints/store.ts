import { createHmac, randomBytes } from "node:crypto";
import { chmod, copyFile, link, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureDirectory } from "../../lib/ensure-directory.ts";
import { flushFiles, syncDirectory, temporaryNameFor, writeFileAtomic } from "../../lib/atomic-file.ts";
import { hashFile } from "../../lib/checksum.ts";
import { withLock } from "../../lib/file-lock.ts";
import { exists } from "../../owned/owned-path.ts";
import { BuildError } from "../../sdk/error.ts";
import { canonicalText } from "./canonical.ts";
import { sweepLeftovers } from "./sweep.ts";
import { WholeObjects } from "./whole-objects.ts";
import { parseRecord, type CheckpointRecord, type StoredFile } from "./record.ts";

/** The layout of a store. Another number is another layout, which is neither read nor written. */
const STORE_VERSION = "1";
const KEY_BYTES = 32;

/** A checkpoint in a list. */
export interface ListedCheckpoint extends CheckpointRecord {
  /** When it was last saved or restored, in milliseconds since 1970. */
  readonly usedAt: number;
  /** Bytes of its files that no other checkpoint needs. */
  readonly ownBytes: number;
}

/**
 * Checkpoints on disk:
 *
 * - `records/KEY.json`: one checkpoint, written last, whole or not at all;
 * - `objects/SHA256`: the files, never changed, shared between checkpoints;
 * - `verified/SHA256`: that an object was whole, and what it looked like;
 * - `work/`: where running builds put files together, on the same file system, so that they become objects by a link;
 * - `secret`: the key of all digests, so that they give nothing away;
 * - `version`, `lock`.
 *
 * A memory image holds whatever the guest knew, so everything is for its user alone.
 */
export class CheckpointStore {
  readonly directory: string;
  readonly #secret: Buffer;
  readonly #whole: WholeObjects;

  private constructor(directory: string, secret: Buffer) {
    this.directory = directory;
    this.#secret = secret;
    this.#whole = new WholeObjects(join(directory, "verified"));
  }

  /** Makes what is missing, and removes what was left half done. `secret`: of keys that other machines know too. Rejects where the store is of another version, or can be read by others. */
  static async open(directory: string, secret?: Buffer): Promise<CheckpointStore> {
    for (const name of ["records", "objects", "verified", "work"]) await ensureDirectory(join(directory, name), 0o700);
    await refuseOpenDirectory(directory);
    return withStoreLock(directory, async () => {
      await checkVersion(directory);
      const store = new CheckpointStore(directory, secret ?? (await readSecret(directory)));
      await store.#sweep();
      return store;
    });
  }

  /** `undefined` where there is none. */
  static async openExisting(directory: string): Promise<CheckpointStore | undefined> {
    return (await exists(directory)) ? CheckpointStore.open(directory) : undefined;
  }

  /** A keyed digest: the same value has the same digest in this store, and nobody can guess a value by it. */
  digest(value: unknown): string {
    return createHmac("sha256", this.#secret).update(canonicalText(value)).digest("hex");
  }

  /** Where a run may put files together. */
  workplace(name: string): string {
    return join(this.directory, "work", name);
  }

  async read(key: string): Promise<CheckpointRecord | undefined> {
    const text = await readFile(this.#recordPath(key), "utf8").catch(() => undefined);
    const record = text === undefined ? undefined : parseRecord(text);
    return record?.key === key ? record : undefined;
  }

  /** Notes that it was used, for `prune`. */
  async touch(key: string): Promise<void> {
    const now = new Date();
    await utimes(this.#recordPath(key), now, now).catch(() => {});
  }

  /**
   * Makes files of a workplace into a checkpoint. They are linked, not copied, and read-only from then on. Rejects, and
   * leaves no record, where anything cannot be written.
   */
  async write(
    record: Omit<CheckpointRecord, "files">,
    files: ReadonlyMap<string, FileToStore>,
  ): Promise<CheckpointRecord> {
    const stored = new Map<string, StoredFile>();
    for (const [role, file] of files) stored.set(role, await describe(file));
    const whole: CheckpointRecord = { ...record, files: Object.fromEntries(stored) };
    const paths = [...files.values()].map(({ path }) => path);
    await flushFiles(paths);
    await this.#locked(async () => {
      for (const [role, { path }] of files) await this.#keep(path, stored.get(role)!.object);
      await syncDirectory(join(this.directory, "objects"));
      await writeFileAtomic(this.#recordPath(record.key), JSON.stringify(whole), { mode: 0o600 });
    });
    return whole;
  }

  /** Puts the objects of a checkpoint into `directory`, by role. Whether they are whole is for `verify` to say. */
  async link(record: CheckpointRecord, directory: string): Promise<ReadonlyMap<string, string>> {
    const paths = new Map<string, string>();
    for (const [role, { object }] of Object.entries(record.files)) {
      const path = join(directory, role);
      // What is gone is noticed as damage.
      await link(this.#objectPath(object), path).catch(() => {});
      paths.set(role, path);
    }
    return paths;
  }

  /** Rejects where a linked object is gone or damaged; the checkpoint is then no more. */
  async verify(record: CheckpointRecord, paths: ReadonlyMap<string, string>, signal: AbortSignal): Promise<void> {
    for (const [role, path] of paths) {
      const file = record.files[role]!;
      if (await this.#whole.isWhole({ ...file, path }, signal)) continue;
      await this.#forget(record.key, file.object);
      throw new DamagedError(role);
    }
  }

  async list(): Promise<readonly ListedCheckpoint[]> {
    const names = await readdir(join(this.directory, "records"));
    const keys = names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
    const found = await Promise.all(keys.map((key) => this.#listed(key)));
    const records = found
      .filter((record) => record !== undefined)
      .toSorted((one, other) => one.createdAt - other.createdAt);
    const users = countUsers(records);
    return records.map((record) => ({ ...record, ownBytes: ownBytes(record, users) }));
  }

  /** Removes checkpoints, and then every object that none needs any more. Returns the bytes that became free. */
  async remove(keys: readonly string[]): Promise<number> {
    return this.#locked(async () => {
      for (const key of keys) await rm(this.#recordPath(key), { force: true });
      return this.#sweep();
    });
  }

  /** A damaged object is removed with its checkpoint, so that a good one can take its place. */
  #forget(key: string, object: string): Promise<void> {
    return this.#locked(async () => {
      await rm(this.#recordPath(key), { force: true });
      await rm(this.#objectPath(object), { force: true });
    });
  }

  /**
   * Removes what a process that died in the middle has left, and every object that no checkpoint needs. Returns the bytes
   * that became free. Under the lock, so that nobody is writing.
   */
  async #sweep(): Promise<number> {
    await sweepLeftovers(this.directory);
    const needed = new Set(
      (await this.list()).flatMap(({ files }) => Object.values(files).map(({ object }) => object)),
    );
    let freed = 0;
    for (const name of await readdir(join(this.directory, "objects"))) {
      if (needed.has(name)) continue;
      const path = join(this.directory, "objects", name);
      freed += await stat(path).then(
        ({ size }) => size,
        () => 0,
      );
      await rm(path, { force: true });
    }
    await this.#whole.keepOnly(needed);
    return freed;
  }

  /** Under the lock: an object without a record is either just being written by its holder, or garbage. */
  #locked<Result>(body: () => Promise<Result>): Promise<Result> {
    return withStoreLock(this.directory, body);
  }

  async #keep(path: string, object: string): Promise<void> {
    const target = this.#objectPath(object);
    await chmod(path, 0o400);
    try {
      await link(path, target);
      await this.#whole.note(object, await stat(target));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EEXIST") return;
      if (code !== "EXDEV" && code !== "EPERM" && code !== "ENOTSUP") throw error;
      // Another file system: the object appears whole or not at all.
      const aside = temporaryNameFor(target);
      await copyFile(path, aside);
      await flushFiles([aside]);
      await rename(aside, target);
    }
  }

  async #listed(key: string): Promise<Omit<ListedCheckpoint, "ownBytes"> | undefined> {
    const record = await this.read(key);
    const times = await stat(this.#recordPath(key)).catch(() => undefined);
    return record && times && { ...record, usedAt: times.mtimeMs };
  }

  #recordPath(key: string): string {
    return join(this.directory, "records", `${key}.json`);
  }

  #objectPath(object: string): string {
    return join(this.directory, "objects", object);
  }
}

export interface FileToStore {
  readonly path: string;
  readonly packed?: StoredFile["packed"];
  /** Where it is known already. */
  readonly object?: string | undefined;
}

/** An object that is not what its name says, or not there. */
class DamagedError extends Error {
  constructor(role: string) {
    super(`its file "${role}" is damaged`);
  }
}

async function describe({ path, packed, object }: FileToStore): Promise<StoredFile> {
  const { size } = await stat(path);
  return { object: object ?? (await hashFile(path, "sha256")).hex, size, packed };
}

function withStoreLock<Result>(directory: string, body: () => Promise<Result>): Promise<Result> {
  return withLock(join(directory, "lock"), body, { pollMs: 20 });
}

function countUsers(records: readonly CheckpointRecord[]): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const { files } of records) {
    for (const { object } of Object.values(files)) users.set(object, (users.get(object) ?? 0) + 1);
  }
  return users;
}

function ownBytes({ files }: CheckpointRecord, users: ReadonlyMap<string, number>): number {
  const own = Object.values(files).filter(({ object }) => users.get(object) === 1);
  return own.reduce((sum, { size }) => sum + size, 0);
}

/** The memory of a guest is nobody else's. */
async function refuseOpenDirectory(directory: string): Promise<void> {
  const { mode } = await stat(directory);
  if ((mode & 0o077) === 0) return;
  throw new BuildError(`The checkpoint store "${directory}" can be read by others`, {
    hint: `A memory image holds what the guest knew. Close it:\n    chmod 700 '${directory}'`,
  });
}

async function checkVersion(directory: string): Promise<void> {
  const path = join(directory, "version");
  const found = await readFile(path, "utf8").catch(() => undefined);
  if (found?.trim() === STORE_VERSION) return;
  if (found === undefined) return writeFileAtomic(path, `${STORE_VERSION}\n`);
  throw new BuildError(
    `The checkpoint store "${directory}" has the format ${found.trim()}, and this imgbuild knows ${STORE_VERSION}`,
    {
      hint: "Use another store (IMGBUILD_CHECKPOINT_DIR), or remove this one.",
    },
  );
}

async function readSecret(directory: string): Promise<Buffer> {
  const path = join(directory, "secret");
  const found = await readFile(path).catch(() => undefined);
  if (found?.length === KEY_BYTES) return found;
  const made = randomBytes(KEY_BYTES);
  await ensureDirectory(dirname(path), 0o700);
  await writeFileAtomic(path, made, { mode: 0o600 });
  return made;
}
