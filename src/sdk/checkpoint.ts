/**
 * Checkpoints: machines saved between provisioners, so that a later build goes on where its inputs begin to differ. The
 * core knows the steps and their keys, a builder how its machine is saved and brought back.
 */

/** What something depends on, by the name a user knows it by. JSON values; the store keeps keyed digests of them only. */
export type KeyInputs = Readonly<Record<string, unknown>>;

/** What a builder asks of the core. Absent from a run where checkpoints are off. */
export interface Checkpoints {
  /**
   * A directory of the store for the files of a machine that can be saved: files in it become part of checkpoints
   * without being copied. Removed at the end of the build.
   */
  workplace(): Promise<string>;
  /**
   * Brings back the machine that was saved last and whose inputs, and those of all provisioners before it, are what they
   * are now. `bring` makes it run again from its files, which are in `workplace`, and rejects where it cannot: what it made
   * is then undone, and the next best is tried. The provisioners a machine has behind it are not repeated. `undefined`:
   * there is none, build from the beginning. Call it before anything is made.
   */
  resume<Brought>(
    machine: KeyInputs,
    bring: (saved: SavedMachine) => Promise<Brought>,
  ): Promise<{ readonly brought: Brought } | undefined>;
  /** Says once why this build has no checkpoints, and goes on without. */
  giveUp(why: string): void;
}

/** A machine at rest. */
export interface MachineState {
  /** Absolute paths by role. They are not written any more. */
  readonly files: Readonly<Record<string, string>>;
  /** What the builder has to know to bring it back. JSON values; may hold secrets. */
  readonly facts: unknown;
}

/** A machine at rest in a store. Whether its files are what they were can be looked at while it is brought back. */
export interface SavedMachine extends MachineState {
  /** What it remembers, unpacked while it is read. Rejects what is damaged. `files` do not hold it. */
  memory(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Reads everything once, from the first call on. Rejects as soon as a file turns out to be damaged: the machine is of no use
   * then, however far it has come. The core waits for it in any case.
   */
  verify(): Promise<void>;
}

/**
 * Saves the running machine, which goes on afterwards. Rejects where it cannot be saved; the machine then goes on too.
 * `files` are in the workplace, under names that were not used before.
 */
export type SaveMachine = (signal: AbortSignal) => Promise<MachineState>;
