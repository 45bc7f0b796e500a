import type { Emit } from "../../sdk/event.ts";
import type { Host } from "../../sdk/host.ts";
import type { Journal, Resource } from "../../sdk/journal.ts";
import type { BuildPlan } from "../../template/model.ts";
import type { RunDirectories, RunOptions } from "../../sdk/run.ts";
import type { CheckpointPlace } from "../checkpoints/place.ts";
import type { Ask } from "./ask.ts";

/** What all builds of one `imgbuild build` share. */
export interface Session {
  readonly runId: string;
  readonly host: Host;
  readonly options: RunOptions;
  readonly directories: RunDirectories;
  readonly journal: Journal;
  readonly emit: Emit;
  /** Masks a text in every sink from now on. */
  readonly secret: (value: string) => void;
  /** A text with every secret masked, for files that outlive the run. */
  readonly redact: (text: string) => string;
  /** Resolves when what was emitted has been consumed. */
  readonly ready: () => Promise<void> | undefined;
  readonly ask: Ask;
  /**
   * A build as the template has it now; `undefined` where the template cannot be read twice. What is wrong with it is shown,
   * and rejects.
   */
  readonly reread?: ((build: string) => Promise<BuildPlan | undefined>) | undefined;
  /** Where machines are saved between provisioners; absent where they are not. */
  readonly checkpoints?: CheckpointPlace | undefined;
  /**
   * `develop`: the machine of a build is kept after its last provisioner, or the one that failed, until this resolves or
   * the session's signal aborts.
   */
  readonly hold?: ((machine: HeldMachine) => Promise<void>) | undefined;
  /** Aborts when the user interrupts the whole run. */
  readonly signal: AbortSignal;
  /** Aborts when clean-up has to stop waiting (a second interrupt). */
  readonly cleanupSignal: AbortSignal;
  /** A resource in words, and the command that removes it by hand. */
  readonly describeResource: (resource: Resource) => Promise<{
    readonly description: string;
    readonly manualCommand?: string | undefined;
  }>;
}

/** A machine that waits for its user. */
export interface HeldMachine {
  readonly build: string;
  /** How a person gets into it; absent where that is not known. */
  readonly login: string | undefined;
  /** Why it went no further; absent where every provisioner has run. */
  readonly error: unknown;
}
