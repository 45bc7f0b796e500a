import type { Artifact } from "./artifact.ts";
import type { Checkpoints, KeyInputs, SaveMachine } from "./checkpoint.ts";
import type { Communicator } from "./communicator.ts";
import type { Host } from "./host.ts";
import type { Needs } from "./needs.ts";
import type { BuildIdentity, Run, RunDirectories } from "./run.ts";
import type { ConfigIssue, Schema } from "./schema/schema.ts";

/**
 * The contracts of components. Configurations and results are data, callbacks are few and asynchronous, so that an
 * implementation can live in another process behind the same interface.
 *
 * A component module default-exports nothing and does nothing at import time; it exports one object of these types,
 * and the `plugin.ts` of its room knows the module by a lazy import.
 */
export type Component = Builder | Provisioner | PostProcessor | DataSource;
export type ComponentKind = Component["kind"];

/** Where `checkFiles` looks. */
export interface CheckPlaces extends Pick<RunDirectories, "work" | "template"> {
  readonly host: Pick<Host, "homeDir" | "env" | "platform">;
  /** The build whose component is checked; a data source belongs to none. */
  readonly build?: Pick<BuildIdentity, "sourceName" | "builderType"> | undefined;
}

interface Described<Kind extends string, Config> {
  readonly kind: Kind;
  /** The name in templates: `virtualbox-iso`. */
  readonly type: string;
  /** One sentence for lists and generated docs. */
  readonly summary: string;
  /** Every option, declared once: decoding, validation, docs and JSON Schema come from here. */
  readonly schema: Schema<Config>;
  /** It renders `{{ }}` in its arguments itself: they are passed on as they are. */
  readonly rendersTemplates?: boolean | undefined;
  /**
   * Checks that have to look at this machine's files (a script that is not there), for `validate` and before a build
   * starts. Changes nothing, needs no network.
   */
  checkFiles?(config: Config, places: CheckPlaces): Promise<readonly ConfigIssue[]>;
  /** Checks against the environment before anything is made (`validate --preflight`, start of a build). Sentences; empty is good. */
  preflight?(run: Run, config: Config): Promise<readonly string[]>;
  /** What it needs, for `imgbuild plan` and `-parallel-builds=auto`. Absent: nothing. */
  needs?(config: Config, build: BuildIdentity): Needs;
}

export interface Builder<Config = unknown> extends Described<"builder", Config> {
  /** Names this builder adds to `build.*` beyond the common ones (`SourceAMI`, …). "any": they are known when it runs. */
  readonly generatedData: readonly string[] | "any";
  /** No artifact of it has files: what it makes lives in a cloud, or is nothing at all. */
  readonly makesNoFiles?: boolean | undefined;
  /** Its machines can be saved and brought back (`run.checkpoints`). */
  readonly savesMachines?: boolean | undefined;
  /**
   * Makes the machine, calls `run.provision` once with it (not at all when there is nothing to provision through), and
   * turns it into an artifact. `undefined` means the build succeeded without one.
   */
  build(run: BuilderRun, config: Config): Promise<Artifact | undefined>;
}

export interface BuilderRun extends Run {
  provision(machine: Machine): Promise<void>;
  /**
   * Runs the error-cleanup provisioner now, if there is one, for a builder whose machine is gone once `build` rejects.
   * `machine` is the same as that of `provision`, perhaps over another connection. Never rejects.
   */
  cleanUpAfterError(machine: Machine): Promise<void>;
  /** True when the template gives this build any provisioner that runs in the guest. */
  readonly hasProvisioners: boolean;
  /** Where machines are to be saved between provisioners. */
  readonly checkpoints: Checkpoints | undefined;
}

/** A machine ready to be provisioned. */
export interface Machine {
  readonly communicator: Communicator;
  readonly data: GeneratedData;
  /** Where the machine can be saved. */
  readonly save?: SaveMachine | undefined;
  /** Aborts when the machine is gone before it should be. */
  readonly lost?: AbortSignal | undefined;
}

/** What `build.*` means in provisioners and post-processors of this build: `Host`, `Port`, `User`, `PackerHTTPAddr`, … */
export type GeneratedData = Readonly<Record<string, string | number>>;

export interface Provisioner<Config = unknown> extends Described<"provisioner", Config> {
  /** It works on the host only (`shell-local`, `sleep`): a build with no other provisioners needs no connection to the guest. */
  readonly onHost?: boolean | undefined;
  /**
   * What it reads beside its arguments: files of this computer, by name. Absent: nothing. A provisioner with the same
   * arguments and inputs on the same machine leads to the same machine.
   */
  filesRead?(config: Config, directories: Pick<RunDirectories, "work" | "template">): Promise<KeyInputs>;
  /** It may depend on more than its arguments and `filesRead`: on whatever is on this computer. */
  readonly hasHiddenInputs?: boolean | undefined;
  /** Files of this computer it writes; where one is gone or changed, the step is run again. */
  filesWritten?(config: Config, directories: Pick<RunDirectories, "work" | "template">): readonly string[];
  provision(run: Run, config: Config, machine: Machine): Promise<void>;
}

export interface PostProcessor<Config = unknown> extends Described<"post-processor", Config> {
  /**
   * It reads nothing but its input artifact and its own options, so that its chain may run at the same time as others.
   * Without it the order of the template is kept (a script may use what an earlier chain wrote).
   */
  readonly independent?: boolean | undefined;
  /** It can do nothing with an artifact that has no files. */
  readonly needsFiles?: boolean | undefined;
  process(run: Run, config: Config, input: Artifact): Promise<PostProcessed>;
}

export interface PostProcessed {
  /** `undefined` ends the chain. */
  readonly artifact: Artifact | undefined;
  /** Whether the input should survive when the user did not say. */
  readonly keepInput: boolean;
  /** The input must survive whatever the user said (an AMI inside a Vagrant box). */
  readonly mustKeepInput?: boolean | undefined;
}

export interface DataSource<Config = unknown> extends Described<"data-source", Config> {
  /** Attribute name → HCL type constraint text, so that an unread source has typed unknown values: `{ output: "any" }`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** JSON values by attribute name. */
  read(run: Run, config: Config): Promise<Readonly<Record<string, unknown>>>;
}
