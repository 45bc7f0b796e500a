import { createHash, type Hash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { lstat, open, readFile, rename, stat, unlink, type FileHandle } from "node:fs/promises";
import { isOursAlone } from "./ours-alone.ts";
import { awaitedLater } from "./awaited-later.ts";
import type { Digest, DigestAlgorithm } from "./checksum.ts";
import { syncDirectory, writeFileAtomic } from "./atomic-file.ts";
import { dirname } from "node:path";

/** Identifies the version of a file, so that a download is resumed only with bytes of the same one. */
export interface Validators {
  readonly url: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  readonly total?: number | undefined;
}

/** Chunks are collected up to this size, then written in one call. */
const WRITE_SIZE = 4 * 1024 * 1024;

/**
 * The beginning of a file that is being downloaded, hashed as it grows. It is stored in `PATH.part`, and what is known
 * about its origin in `PATH.part.json`, so that another process can resume it; `complete` gives it its final name.
 */
export class PartFile {
  readonly path: string;
  readonly #target: string;
  readonly #algorithm: DigestAlgorithm;
  readonly #handle: FileHandle;
  #hash: Hash;
  #size = 0;
  #pending: Uint8Array[] = [];
  #pendingSize = 0;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(target: string, algorithm: DigestAlgorithm, handle: FileHandle) {
    this.#target = target;
    this.path = `${target}.part`;
    this.#algorithm = algorithm;
    this.#handle = handle;
    this.#hash = createHash(algorithm);
  }

  /** Opens what an earlier attempt left (hashing its bytes), or starts from scratch. */
  static async open(target: string, algorithm: DigestAlgorithm, signal?: AbortSignal): Promise<PartFile> {
    const part = new PartFile(target, algorithm, await openPart(`${target}.part`));
    try {
      for await (const chunk of createReadStream(part.path, {
        highWaterMark: 1024 * 1024,
        signal,
      }) as AsyncIterable<Buffer>) {
        part.#hash.update(chunk);
        part.#size += chunk.length;
      }
      return part;
    } catch (error) {
      await part.close();
      throw error;
    }
  }

  /** Bytes so far, those not written yet included. */
  get size(): number {
    return this.#size;
  }

  async validators(): Promise<Validators | undefined> {
    try {
      return parseValidators(await readFile(`${this.path}.json`, "utf8"));
    } catch {
      return undefined;
    }
  }

  async setValidators(validators: Validators): Promise<void> {
    await writeFileAtomic(`${this.path}.json`, JSON.stringify(validators), { volatile: true });
  }

  /** Takes over `chunk`, which must not change afterwards. It is written while the next chunk is received. */
  async append(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    this.#pending.push(chunk);
    this.#pendingSize += chunk.length;
    if (this.#pendingSize >= WRITE_SIZE) await this.#startWriting();
  }

  /** Writes what is gathered, after the write before it has ended. */
  async #startWriting(): Promise<void> {
    await this.#writing;
    const chunks = this.#pending;
    this.#pending = [];
    this.#pendingSize = 0;
    this.#writing = awaitedLater(writeAll(this.#handle, chunks));
  }

  async flush(): Promise<void> {
    await this.#startWriting();
    await this.#writing;
  }

  /** Discards what was received. */
  async restart(): Promise<void> {
    this.#pending = [];
    this.#pendingSize = 0;
    await this.#writing.catch(() => {});
    await this.#handle.truncate(0);
    this.#hash = createHash(this.#algorithm);
    this.#size = 0;
  }

  async digest(): Promise<Digest> {
    await this.flush();
    return { algorithm: this.#algorithm, hex: this.#hash.copy().digest("hex") };
  }

  /** Gives it its name. Only a `durable` file is sure to survive a power cut; flushing a large one takes seconds. */
  async complete({ durable }: { readonly durable: boolean }): Promise<void> {
    await this.flush();
    if (durable) await this.#handle.datasync();
    await this.close();
    await rename(this.path, this.#target);
    await unlink(`${this.path}.json`).catch(() => {});
    if (durable) await syncDirectory(dirname(this.#target));
  }

  /** Keeps what was received for another attempt. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.flush().catch(() => {});
    await this.#handle.close();
  }

  async discard(): Promise<void> {
    await this.close();
    await unlink(this.path).catch(() => {});
    await unlink(`${this.path}.json`).catch(() => {});
  }
}

/** What somebody else may have put there is not gone on with, and a link is not followed. */
async function openPart(path: string): Promise<FileHandle> {
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere && !(await isOursAlone(path))) await unlink(path);
  return open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW, 0o644);
}

/** What a file says that anybody may have written. */
function parseValidators(text: string): Validators | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { url, etag, lastModified, total } = value as Record<string, unknown>;
  const isText = [etag, lastModified].every((part) => part === undefined || typeof part === "string");
  if (typeof url !== "string" || !isText || !(total === undefined || typeof total === "number")) return undefined;
  return value as Validators;
}

async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  const total = chunks.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) return;
  const { bytesWritten } = await handle.writev(chunks);
  // A short write is rare (a nearly full disk); the rest then shows the reason.
  if (bytesWritten < total) await handle.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
}

/** How far another process got with the same download. */
export async function partProgress(
  target: string,
): Promise<{ readonly done: number; readonly total: number | undefined } | undefined> {
  const stats = await stat(`${target}.part`).catch(() => undefined);
  if (!stats) return undefined;
  const validators = await readFile(`${target}.part.json`, "utf8")
    .then(parseValidators)
    .catch(() => undefined);
  return { done: stats.size, total: validators?.total };
}
