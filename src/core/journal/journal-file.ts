import { constants } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "../../lib/atomic-file.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Journal, Resource } from "../../sdk/journal.ts";
import { formatJournalLine, readJournal, type JournalLine, type Outstanding } from "./journal-line.ts";

/** A journal open for writing by the one process that owns it. */
export interface JournalFile extends Journal {
  /** Recorded and not struck, oldest first. */
  outstanding(): readonly Outstanding[];
  strike(entry: number): Promise<void>;
  /** Notes when the run was last seen alive, once: what a clean-up does to its files hides it from the next one. */
  died(at: number): Promise<number>;
  /** Numbers of the lines that could not be read. */
  readonly unreadable: readonly number[];
  close(): Promise<void>;
}

/** Called before (`"before"`) and after (`"after"`) each write, for the crash tests. */
export type JournalProbe = (point: "before" | "after", line: JournalLine) => void | Promise<void>;

/**
 * Opens (making it 0600 where missing) the journal at `path`. What an earlier process left in it is outstanding again.
 */
export async function openJournalFile(path: string, probe: JournalProbe = () => {}): Promise<JournalFile> {
  const { writer, content } = await openWriter(path);
  const entries = new Map(content.outstanding.map((entry) => [entry.entry, entry]));
  let last = content.highestEntry;

  const write = async (line: JournalLine): Promise<void> => {
    await probe("before", line);
    await writer.append(formatJournalLine(line));
    await probe("after", line);
  };
  const strike = async (entry: number): Promise<void> => {
    if (!entries.has(entry)) return;
    await write({ op: "strike", entry });
    entries.delete(entry);
  };
  const update = async (entry: number, details: Readonly<Record<string, unknown>>): Promise<void> => {
    const known = entries.get(entry);
    if (known === undefined) return;
    await write({ op: "update", entry, details });
    const merged = { ...entries.get(entry)?.resource.details, ...details };
    if (entries.has(entry)) entries.set(entry, { entry, resource: { ...known.resource, details: merged } });
  };
  return {
    record: async (resource: Resource) => {
      const entry = ++last;
      await write({ op: "record", entry, resource });
      entries.set(entry, { entry, resource });
      return { update: (details) => update(entry, details), strike: () => strike(entry) };
    },
    outstanding: () => [...entries.values()],
    unreadable: content.unreadable,
    died: async (at) => {
      if (content.diedAt !== undefined) return content.diedAt;
      await write({ op: "died", entry: 0, at });
      return at;
    },
    strike,
    close: () => writer.close(),
  };
}

async function openWriter(path: string) {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
  await syncDirectory(dirname(path));
  const text = (await handle.stat()).size === 0 ? "" : await readFile(path, "utf8");
  return { writer: new SyncedWriter(handle, text === "" || text.endsWith("\n")), content: readJournal(text) };
}

type Handle = Awaited<ReturnType<typeof open>>;

/**
 * Appends and syncs. Lines that arrive while a sync is under way share the next one, so parallel builds do not queue
 * up.
 */
class SyncedWriter {
  readonly #handle: Handle;
  #atLineStart: boolean;
  #waiting: { readonly line: string; readonly done: () => void; readonly failed: (error: unknown) => void }[] = [];
  #flushing: Promise<void> | undefined;

  constructor(handle: Handle, atLineStart: boolean) {
    this.#handle = handle;
    this.#atLineStart = atLineStart;
  }

  append(line: string): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ line, done, failed });
      this.#flushing ??= this.#flush().finally(() => (this.#flushing = undefined));
    });
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await this.#writeSynced(batch.map((waiting) => waiting.line).join(""));
        for (const waiting of batch) waiting.done();
      } catch (error) {
        for (const waiting of batch) waiting.failed(journalFailed(error));
      }
    }
  }

  async #writeSynced(text: string): Promise<void> {
    // A write that was cut short left half a line: the next one starts on a line of its own.
    const start = this.#atLineStart ? "" : "\n";
    this.#atLineStart = false;
    await this.#handle.appendFile(`${start}${text}`);
    this.#atLineStart = true;
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#handle.close();
  }
}

function journalFailed(cause: unknown): BuildError {
  return new BuildError("The journal of this run could not be written", {
    cause,
    hint: "Nothing is made before it is in the journal, so that it can be removed whatever happens. Make room in the state directory, or point IMGBUILD_STATE_DIR at a directory that can be written.",
  });
}
