import type { BuildEvent, Leftover, Outcome } from "./event.ts";
import type { Host } from "./host.ts";
import type { JournalEntry, Resource } from "./journal.ts";

/**
 * The live execution handed to a component. One per build; a provisioner or post-processor gets a view of its build's run.
 * A component gets everything it may touch from here and from its decoded configuration.
 */
export interface Run {
  /** One UUID per `imgbuild build`; goes into manifests, tags, markers. */
  readonly runId: string;
  readonly build: BuildIdentity;
  readonly options: RunOptions;
  readonly host: Host;
  readonly directories: RunDirectories;
  /** Aborts when the user interrupts or a timeout strikes. Every await that can outlast a second takes it. */
  readonly signal: AbortSignal;

  /**
   * Runs a named unit of work and returns its result. The name appears in progress, `-debug` pauses, `-on-error=ask`
   * and the time table. What the body registers with `onCleanup` is undone last-in-first-out at the end of the build
   * (after success too), or at once when the step is retried.
   */
  step<Result>(name: string, body: (step: Step) => Promise<Result>): Promise<Result>;

  emit(event: BuildEvent): void;
  /**
   * Resolves when what was emitted has been consumed, `undefined` where it has: code that passes on output of any length
   * awaits it now and then.
   */
  ready(): Promise<void> | undefined;
  /** Shorthands for the commonest events of this build. */
  say(text: string): void;
  warn(text: string): void;
  progress(label: string, done: number, total: number | undefined, unit?: "bytes" | "items"): void;
  debug(topic: string, text: string, details?: Readonly<Record<string, unknown>>): void;
  /** Asks the user to press enter, and waits. `false`, at once, where nobody can answer (no terminal). */
  waitForUser(text: string): Promise<boolean>;
  /** Asks the user for a line of text, not shown while it is typed where `hidden`. `undefined` where nobody can answer. */
  askUser(text: string, options?: { readonly hidden?: boolean }): Promise<string | undefined>;
  /** A command with which a person gets into the machine from now on: said wherever the build waits, or keeps it. */
  canBeEntered(command: string | undefined): void;
  /** What the template tells this build to read, as it stands there: paths, patterns and URLs. */
  inputs(): readonly BuildInput[];
  /** A text with every secret masked, for files that outlive the run (a manifest). */
  redact(text: string): string;
  /**
   * Notes something finished that stays although it was not asked for, and that no clean-up may take: the summary names
   * it, and the exit code says that something is left.
   */
  leave(leftover: Leftover): void;
  /** From now on this text is masked in every output. Call it the moment a secret is made or read. */
  secret(value: string): void;
}

export interface Step {
  /** Aborts with the run, or when this step's own time is over. */
  readonly signal: AbortSignal;
  /**
   * Registers the reversal of what this step is about to do. Call it **before** an action that can half succeed.
   * `undo` is called with the outcome and may keep what became the artifact; with `only`, it is called after that
   * outcome alone. `what` completes "Cleaning up: …".
   */
  onCleanup(what: string, undo: Undo, only?: Outcome): void;
  /**
   * As `onCleanup`, for what outlives the process: first writes `resource` to the journal (synced), then registers the
   * undo; the line is struck out when the undo returned. If the undo rejects, the line stays for `imgbuild cleanup`.
   */
  own(resource: Resource, undo: Undo): Promise<JournalEntry>;
}

/** The signal ends a reversal that takes too long (a second Ctrl-C); it is not the run's own, which may have aborted. */
export type Undo = (outcome: Outcome, signal: AbortSignal) => Promise<void>;

export interface BuildInput {
  readonly argument: string;
  readonly text: string;
}

export interface BuildIdentity {
  /** Displayed: `build.type.name`, or `type.name`. */
  readonly name: string;
  readonly builderType: string;
  /** `PACKER_BUILD_NAME`: the source's local name. */
  readonly sourceName: string;
}

export interface RunOptions {
  readonly force: boolean;
  readonly debug: boolean;
  readonly onError: "cleanup" | "abort" | "ask" | "run-cleanup-provisioner";
  /** Read cached and local files again although nothing about them has changed. */
  readonly rehash?: boolean;
}

export interface RunDirectories {
  /** Where relative paths in the template start: the working directory of the command, as in Packer. */
  readonly work: string;
  /** The template's own directory (`path.root`). */
  readonly template: string;
  /** Shared between runs: downloads, port locks. */
  readonly cache: string;
  /** Private to this run (0700), removed on every path out. Secrets may be written here with mode 0600. */
  readonly temp: string;
  /** Logs and screenshots of this build, kept. */
  readonly log: string;
}
