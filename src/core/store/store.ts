import { mapLimited } from "../../lib/limited.ts";
import { BuildError } from "../../sdk/error.ts";
import { MissingObject, type FileToPut, type StorePlace, type Transfer } from "../../sdk/store-place.ts";
import { blobName, BLOBS, MARKER, parseStoredBuild, recordName, RECORDS, type StoredBuild } from "./record.ts";

const VERSION = "1";
/** Small objects that are read or written at a time. */
const AT_ONCE = 16;
const HOUR_MS = 3600_000;
/** What nobody names is left alone so long: another machine may be about to. */
export const GRACE_MS = 24 * HOUR_MS;
/** A blob older than this is made young again by whoever relies on it, so that no clean-up takes it meanwhile. */
const OLD_MS = GRACE_MS / 2;

/**
 * Builds by the content they were made of, for several machines:
 *
 * - `imgbuild-store.json`: `{"version": "1"}`, the format;
 * - `builds/KEY.json`: one build (`record.ts`), written last;
 * - `blobs/AB/SHA256`: the files, by content, shared between builds;
 * - `checkpoints/`: machines saved between provisioners, where they are shared (`core/checkpoints/shared.ts`).
 *
 * Nothing is ever changed in place and nobody holds a lock: two machines that store the same write the same.
 */
export class Store {
  readonly place: StorePlace;
  /** Nothing is to be put there, since it would be refused. */
  readonly isReadOnly: boolean;
  #opened: Promise<void> | undefined;

  constructor(place: StorePlace, { isReadOnly = false } = {}) {
    this.place = place;
    this.isReadOnly = isReadOnly;
  }

  get name(): string {
    return this.place.name;
  }

  /** Why nothing may be put there, in words; `undefined` where it may. */
  refusal(signal: AbortSignal): Promise<string | undefined> {
    return this.place.refusal(`${BLOBS}refusal`, signal);
  }

  /** The same store, for who may only read it. */
  readOnly(): Store {
    return new Store(this.place, { isReadOnly: true });
  }

  /** Marks a new store, once, and sweeps away what others left half written long ago. Rejects where it cannot be written to. */
  prepare(signal: AbortSignal): Promise<void> {
    this.#opened ??= (async () => {
      if (!(await this.#check(signal))) await this.#begin(signal);
      await this.place.sweep(BLOBS, Date.now() - GRACE_MS, signal);
    })();
    this.#opened.catch(() => (this.#opened = undefined));
    return this.#opened;
  }

  /** Whether anything was ever stored there. Rejects where the store has another format. */
  isBegun(signal: AbortSignal): Promise<boolean> {
    return this.#check(signal);
  }

  /** `undefined` where there is none. Rejects where the record is damaged. */
  async find(key: string, signal: AbortSignal): Promise<StoredBuild | undefined> {
    await this.#check(signal);
    const content = await this.place.read(recordName(key), signal);
    if (content === undefined) return undefined;
    const record = parseStoredBuild(Buffer.from(content).toString("utf8"));
    if (record?.key === key) return record;
    throw new DamagedError(`The record ${recordName(key)} of the store ${this.name} is damaged`);
  }

  /** Keys of all builds. */
  async keys(signal: AbortSignal): Promise<ReadonlySet<string>> {
    await this.#check(signal);
    const objects = await this.place.list(RECORDS, signal);
    const keys = objects.map(({ name }) => /^builds\/([0-9a-f]{64})\.json$/.exec(name)?.[1]);
    return new Set(keys.filter((key) => key !== undefined));
  }

  /** All builds, the latest last; damaged records are passed over. */
  async list(signal: AbortSignal): Promise<readonly StoredBuild[]> {
    const keys = [...(await this.keys(signal))];
    const found = await mapLimited(keys, AT_ONCE, (key) => this.find(key, signal).catch(unlessDamaged));
    const records = found.filter((record) => record !== undefined);
    return records.toSorted((one, other) => one.storedAt - other.storedAt);
  }

  /** Puts a file there, unless its content is there already. */
  async putBlob(file: FileToPut, transfer: Transfer): Promise<void> {
    await this.prepare(transfer.signal);
    const name = blobName(file.sha256);
    const there = await this.place.stat(name, transfer.signal);
    const isYoung = there !== undefined && Date.now() - there.writtenAt < OLD_MS;
    const isThere = there?.size === file.size && (isYoung || (await this.place.refresh(name, transfer.signal)));
    if (!isThere) return this.place.putFile(name, file, transfer);
    transfer.onProgress?.(file.size);
  }

  /** Names files that are all there. */
  async putRecord(record: StoredBuild, signal: AbortSignal): Promise<void> {
    await this.prepare(signal);
    await this.place.write(recordName(record.key), Buffer.from(`${JSON.stringify(record)}\n`), signal);
  }

  /** The content of a file, to be verified by whoever reads it. Rejects with a DamagedError where it is gone. */
  async *blob(sha256: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
    try {
      yield* this.place.content(blobName(sha256), signal);
    } catch (error) {
      throw error instanceof MissingObject ? new DamagedError(error.message) : error;
    }
  }

  /** What is damaged makes room for what is not. A store that may only be read stays as it is. */
  async forget(key: string, sha256: string | undefined, signal: AbortSignal): Promise<void> {
    const names = [recordName(key), ...(sha256 === undefined ? [] : [blobName(sha256)])];
    await this.place.remove(names, signal).catch(() => {});
  }

  /** Rejects where the store has another format. One that is not there has nothing in it. */
  async #check(signal: AbortSignal): Promise<boolean> {
    const content = await this.place.read(MARKER, signal);
    if (content === undefined) return false;
    const version = versionOf(Buffer.from(content).toString("utf8"));
    if (version === VERSION) return true;
    const what = version === undefined ? "is damaged" : `has the format ${version}, and this imgbuild knows ${VERSION}`;
    throw new BuildError(`The store ${this.name} ${what}`, { hint: "Use another store, or another imgbuild." });
  }

  async #begin(signal: AbortSignal): Promise<void> {
    await this.place.write(MARKER, Buffer.from(`${JSON.stringify({ version: VERSION })}\n`), signal);
  }
}

/** A part of a store that is not what it should be, or not there. */
export class DamagedError extends BuildError {}

function unlessDamaged(error: unknown): undefined {
  if (error instanceof DamagedError) return undefined;
  throw error;
}

function versionOf(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { readonly version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
