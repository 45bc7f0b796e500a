import type { Stats } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../lib/atomic-file.ts";
import { hashFile } from "../../lib/checksum.ts";
import { sha256Beside } from "../../lib/hash-beside.ts";
import { bootId } from "../../lib/process-identity.ts";
import type { StoredFile } from "./record.ts";

/** Of what is written within this time the clock of a file system need not tell. */
const TOO_YOUNG_MS = 100;
/** What is not worth a thread. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** An object as it was when its content was known. A link to it changes the time of its status, so that is not looked at. */
interface Note {
  readonly size: number;
  readonly mtimeMs: number;
  readonly inode: number;
  /** A power cut may lose what was written just before: after a restart of the machine an object is read once more. */
  readonly bootId: string;
}

export interface ObjectToVerify extends Pick<StoredFile, "object" | "size"> {
  /** A link to it, or a copy. */
  readonly path: string;
}

/**
 * Which objects of a store are what their names say. Each is read once after a start of this computer, and again when it looks
 * as if it had been changed: its files are their user's alone, so nobody sets their times back.
 */
export class WholeObjects {
  readonly #directory: string;

  /** `directory` is for the notes, and is there. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Rejects where it cannot be read. An object that is gone is not whole. */
  async isWhole({ path, object, size }: ObjectToVerify, signal: AbortSignal): Promise<boolean> {
    const found = await stat(path).catch(() => undefined);
    if (found?.size !== size) return false;
    if (await this.#isNoted(object, found)) return true;
    if ((await digestOf(path, size, signal)) !== object) return false;
    await this.note(object, found);
    return true;
  }

  /** Its content is known to be right: `stats` are of a moment before that. */
  async note(object: string, { size, mtimeMs, ino: inode }: Stats): Promise<void> {
    const boot = await bootId();
    // Where restarts cannot be told apart, it is read each time.
    if (boot === undefined || Date.now() - mtimeMs < TOO_YOUNG_MS) return;
    const note: Note = { size, mtimeMs, inode, bootId: boot };
    const written = writeFileAtomic(this.#path(object), JSON.stringify(note), { mode: 0o600, volatile: true });
    // It only costs time.
    await written.catch(() => {});
  }

  /** Removes the notes of all other objects, and what was left half written. */
  async keepOnly(objects: ReadonlySet<string>): Promise<void> {
    const others = (await readdir(this.#directory)).filter((name) => !objects.has(name));
    for (const name of others) await rm(this.#path(name), { force: true });
  }

  async #isNoted(object: string, { size, mtimeMs, ino }: Stats): Promise<boolean> {
    const text = await readFile(this.#path(object), "utf8").catch(() => undefined);
    const note = text === undefined ? undefined : parseNote(text);
    return note?.size === size && note.mtimeMs === mtimeMs && note.inode === ino && note.bootId === (await bootId());
  }

  #path(object: string): string {
    return join(this.#directory, object);
  }
}

function parseNote(text: string): Partial<Note> | undefined {
  try {
    return (JSON.parse(text) as Partial<Note> | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** While this is computed, a machine lets us in. */
async function digestOf(path: string, size: number, signal: AbortSignal): Promise<string> {
  return size > SMALL_BYTES ? sha256Beside(path, signal) : (await hashFile(path, "sha256", { signal })).hex;
}
