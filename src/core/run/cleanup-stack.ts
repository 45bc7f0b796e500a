import type { Outcome } from "../../sdk/event.ts";
import type { Journal, JournalEntry, Resource } from "../../sdk/journal.ts";
import type { Undo } from "../../sdk/run.ts";

/** A step that is running; undo registered in it (or in a step inside it) belongs to it. */
export interface Frame {
  readonly name: string;
  readonly parent: Frame | undefined;
  /** What fails inside is expected, and another way is tried: nobody is asked about it. */
  readonly isTrial?: boolean;
}

/** What is being undone: named by who registered it, and by its resource where it is in the journal. */
export interface Undoing {
  readonly what: string;
  readonly resource: Resource | undefined;
}

/** The journal line of its resource, where it has one, stays. */
export interface UndoFailure extends Undoing {
  readonly error: unknown;
}

export interface UnwindOptions {
  readonly outcome: Outcome;
  /** Ends a reversal that takes too long. */
  readonly signal: AbortSignal;
  /** Only what was registered in this step. Default: everything. */
  readonly within?: Frame | undefined;
  readonly onStart: (undoing: Undoing) => void | Promise<void>;
  readonly onFailure: (failure: UndoFailure) => void;
}

interface Registered {
  readonly what: string;
  readonly undo: Undo;
  readonly frame: Frame | undefined;
  /** After any other outcome there is nothing to do. */
  readonly only?: Outcome | undefined;
  /** As it is known now: what made it may have said more of it since. */
  resource?: Resource | undefined;
  readonly entry?: JournalEntry | undefined;
}

export interface RegisterOptions {
  readonly frame?: Frame | undefined;
  readonly only?: Outcome | undefined;
}

/** The reversals of one build: last in, first out, each on its own, whether or not the others succeed. */
export class CleanupStack {
  readonly #journal: Journal;
  #registered: Registered[] = [];

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  register(what: string, undo: Undo, { frame, only }: RegisterOptions = {}): void {
    this.#registered.push({ what, undo, frame, only });
  }

  /**
   * The journal first (synced), so that whatever happens next, the thing can be found and removed. An entry that is
   * struck out (the thing is gone, or is the user's now) has nothing left to undo.
   */
  async own(resource: Resource, undo: Undo, frame?: Frame): Promise<JournalEntry> {
    const entry = await this.#journal.record(resource);
    const registered: Registered = { what: `${resource.kind} ${resource.id}`, undo, frame, resource, entry };
    this.#registered.push(registered);
    return {
      update: async (details) => {
        registered.resource = { ...resource, details: { ...registered.resource?.details, ...details } };
        await entry.update(details);
      },
      strike: async () => {
        this.#registered = this.#registered.filter((other) => other !== registered);
        await entry.strike();
      },
    };
  }

  /** What is in the journal and would be undone. */
  owned(): readonly Resource[] {
    return this.#registered.flatMap(({ resource }) => resource ?? []);
  }

  /** Never rejects: `onFailure` is called with what cannot be undone, whose journal line stays. */
  async unwind(options: UnwindOptions): Promise<void> {
    for (let next = this.#pop(options.within); next !== undefined; next = this.#pop(options.within)) {
      if (next.only !== undefined && next.only !== options.outcome) continue;
      const { what, resource } = next;
      try {
        await options.onStart({ what, resource });
        await next.undo(options.outcome, options.signal);
        await next.entry?.strike();
      } catch (error) {
        options.onFailure({ what, resource, error });
      }
    }
  }

  #pop(within: Frame | undefined): Registered | undefined {
    const index = this.#registered.findLastIndex(({ frame }) => within === undefined || isInside(frame, within));
    if (index === -1) return undefined;
    return this.#registered.splice(index, 1)[0];
  }
}

function isInside(frame: Frame | undefined, outer: Frame): boolean {
  for (let current = frame; current; current = current.parent) if (current === outer) return true;
  return false;
}
