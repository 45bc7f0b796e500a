import { errorText } from "../../lib/error-text.ts";
import type { Run } from "../../sdk/run.ts";
import type { Store } from "../store/store.ts";
import type { CheckpointRecord } from "./record.ts";
import { bringCheckpoint, offerCheckpoint } from "./shared.ts";
import type { CheckpointStore } from "./store.ts";

/** What a build takes from the checkpoints of other machines, and gives them. What goes wrong costs time, not the build. */
export class CheckpointExchange {
  readonly #run: Run;
  readonly #local: CheckpointStore;
  readonly #shared: Store;

  constructor(run: Run, local: CheckpointStore, shared: Store) {
    this.#run = run;
    this.#local = local;
    this.#shared = shared;
  }

  /** `undefined` where no machine has it, or it cannot be had. `directory` is for its files on their way. */
  async bring(key: string, directory: string): Promise<CheckpointRecord | undefined> {
    const { signal } = this.#run;
    try {
      return await bringCheckpoint(this.#shared, this.#local, { key, directory, signal });
    } catch (error) {
      signal.throwIfAborted();
      this.#run.warn(`A checkpoint could not be taken from the store: ${errorText(error)}`);
      return undefined;
    }
  }

  async offer(record: CheckpointRecord): Promise<void> {
    if (this.#shared.isReadOnly) return;
    const { signal } = this.#run;
    await offerCheckpoint(this.#shared, this.#local, { record, signal }).catch((error: unknown) => {
      if (!signal.aborted) this.#run.warn(`A checkpoint could not be put into the store: ${errorText(error)}`);
    });
  }
}
