import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { BuildRun } from "../../src/core/run/build-run.ts";
import type { Artifact } from "../../src/sdk/artifact.ts";
import type { Checkpoints } from "../../src/sdk/checkpoint.ts";
import type { BuilderRun, Machine } from "../../src/sdk/component.ts";
import type { BuildEvent, Leftover, Outcome } from "../../src/sdk/event.ts";
import type { RunDirectories } from "../../src/sdk/run.ts";
import { createRecordingSession, type RecordingSession, type RecordingSessionOptions } from "./recording-session.ts";

export interface RecordingRunOptions extends Omit<RecordingSessionOptions, "directories"> {
  readonly name?: string;
  readonly builderType?: string;
  readonly directories?: Partial<RunDirectories>;
  readonly hasProvisioners?: boolean;
  /** What keeps saved machines; absent where none are saved. */
  readonly checkpoints?: Checkpoints;
  /** Stands in for the provisioners of the template. */
  readonly provision?: (machine: Machine, run: BuilderRun) => Promise<void>;
}

/** Call inside a test: its directories are removed when the test ends, after everything registered was undone. */
export async function createRecordingRun(options: RecordingRunOptions = {}): Promise<RecordingRun> {
  const directories = await makeDirectories(options.directories);
  const run = new RecordingRun(createRecordingSession({ ...options, directories }), options);
  onTestFinished(async () => {
    await run.finish("cancelled");
    await rm(directories.root, { recursive: true, force: true });
  });
  return run;
}

async function makeDirectories(
  given: Partial<RunDirectories> = {},
): Promise<RunDirectories & { readonly root: string }> {
  const root = await mkdtemp(join(tmpdir(), "imgbuild-test-"));
  const directories = {
    root,
    work: join(root, "work"),
    template: join(root, "work"),
    cache: join(root, "cache"),
    temp: join(root, "temp"),
    log: join(root, "log"),
    ...given,
  };
  await Promise.all(Object.values(directories).map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
  return directories;
}

/** The run that ships, over a session that remembers everything. */
export class RecordingRun extends BuildRun implements BuilderRun {
  readonly hasProvisioners: boolean;
  readonly checkpoints: Checkpoints | undefined;
  /** Machines handed to `provision`. */
  readonly machines: Machine[] = [];
  /** How often the error-cleanup provisioner was asked for. */
  errorCleanups = 0;
  readonly #recording: RecordingSession;
  readonly #provision: RecordingRunOptions["provision"];

  constructor(recording: RecordingSession, options: RecordingRunOptions) {
    const builderType = options.builderType ?? "test";
    const name = options.name ?? `${builderType}.example`;
    super(recording.session, { name, builderType, sourceName: "example" });
    this.#recording = recording;
    this.checkpoints = options.checkpoints;
    this.hasProvisioners = options.hasProvisioners ?? options.provision !== undefined;
    this.#provision = options.provision;
  }

  get events(): readonly BuildEvent[] {
    return this.#recording.events;
  }
  get secrets(): readonly string[] {
    return this.#recording.secrets;
  }
  get journal(): RecordingSession["journal"] {
    return this.#recording.journal;
  }

  async provision(machine: Machine): Promise<void> {
    this.machines.push(machine);
    await this.#provision?.(machine, this);
  }

  async cleanUpAfterError(): Promise<void> {
    this.errorCleanups++;
  }

  /** Aborts the run's signal, as Ctrl-C does. */
  cancel(reason: unknown = new Error("interrupted")): void {
    this.#recording.controller.abort(reason);
  }

  /** Runs the undo stack, last in first out; gives what could not be undone. */
  async finish(outcome: Outcome): Promise<readonly Leftover[]> {
    await this.unwind(outcome);
    return this.leftovers;
  }

  /** The texts of `say` events, in order. */
  said(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === "say" ? [event.text] : []));
  }
  warnings(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === "warning" ? [event.text] : []));
  }
  steps(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === "step-started" ? [event.step] : []));
  }
}

/** An artifact as a test's input. */
export function testArtifact(parts: Partial<Artifact> = {}): Artifact {
  return {
    builderId: "test.builder",
    id: "VM",
    files: [],
    description: "a test artifact",
    state: {},
    destroy: () => Promise.resolve(),
    ...parts,
  };
}
