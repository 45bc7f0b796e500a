import type { CurrentValues } from "./named-values.ts";
import type { Store } from "../store/store.ts";
import type { CheckpointStore } from "./store.ts";

/** Where the checkpoints of a run are kept, and what they belong to. */
export interface CheckpointPlace {
  readonly store: CheckpointStore;
  /** Absolute path, as the user named it. */
  readonly template: string;
  /** Of the template. */
  readonly values: CurrentValues;
  /** Where machines share their checkpoints, if they do. */
  readonly shared?: Store | undefined;
}
