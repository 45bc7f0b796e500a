import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Artifact } from "../../src/sdk/artifact.ts";
import type { BuilderRun, Machine } from "../../src/sdk/component.ts";
import type { BuildEvent, Outcome } from "../../src/sdk/event.ts";
import type { Clock, Host } from "../../src/sdk/host.ts";
import type { JournalEntry, Resource } from "../../src/sdk/journal.ts";
import type { RunDirectories, RunOptions, Step, Undo } from "../../src/sdk/run.ts";

/** A `BuilderRun` that remembers everything, with a real undo stack and real directories. */
export interface RecordingRun extends BuilderRun {
  readonly events: readonly BuildEvent[];
  readonly secrets: readonly string[];
  readonly journal: readonly RecordedResource[];
  /** Machines handed to `provision`. */
  readonly machines: readonly Machine[];
  /** The texts of `say` events, in order. */
  said(): readonly string[];
  warnings(): readonly string[];
  steps(): readonly string[];
  /** Aborts the run's signal, as Ctrl-C does. */
  cancel(reason?: unknown): void;
  /** Runs the undo stack, last in first out. Called by itself (as `cancelled`) when the test ends without it. */
  finish(outcome: Outcome): Promise<readonly UndoFailure[]>;
}

interface RecordedResource {
  readonly resource: Resource;
  readonly updates: readonly Readonly<Record<string, unknown>>[];
  readonly struck: boolean;
}

interface UndoFailure {
  readonly what: string;
  readonly error: unknown;
}

export interface RecordingRunOptions {
  readonly name?: string;
  readonly builderType?: string;
  readonly options?: Partial<RunOptions>;
  readonly env?: Host["env"];
  readonly clock?: Clock;
  readonly directories?: Partial<RunDirectories>;
  readonly hasProvisioners?: boolean;
  /** Stands in for the provisioners of the template. */
  readonly provision?: (machine: Machine, run: BuilderRun) => Promise<void>;
}

/** Call inside a test: its directories are removed when the test ends. */
export async function createRecordingRun(options: RecordingRunOptions = {}): Promise<RecordingRun> {
  const directories = await makeDirectories(options.directories);
  const run = new Recorder(directories, options);
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

interface Registered {
  readonly what: string;
  readonly undo: () => Promise<void>;
}

class Recorder implements RecordingRun {
  readonly runId = "11111111-2222-4333-8444-555555555555";
  readonly build;
  readonly options: RunOptions;
  readonly host: Host;
  readonly directories: RunDirectories;
  readonly hasProvisioners: boolean;
  readonly events: BuildEvent[] = [];
  readonly secrets: string[] = [];
  readonly journal: RecordedResource[] = [];
  readonly machines: Machine[] = [];
  readonly #controller = new AbortController();
  readonly #undos: Registered[] = [];
  readonly #provision: RecordingRunOptions["provision"];
  #outcome: Outcome = "cancelled";

  constructor(directories: RunDirectories, options: RecordingRunOptions) {
    const builderType = options.builderType ?? "test";
    this.build = { name: options.name ?? `${builderType}.example`, builderType, sourceName: "example" };
    this.options = { force: false, debug: false, onError: "cleanup", ...options.options };
    this.directories = directories;
    this.hasProvisioners = options.hasProvisioners ?? options.provision !== undefined;
    this.host = testHost(directories.work, options);
    this.#provision = options.provision;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async step<Result>(name: string, body: (step: Step) => Promise<Result>): Promise<Result> {
    this.signal.throwIfAborted();
    const build = this.build.name;
    const started = performance.now();
    this.emit({ kind: "step-started", build, step: name });
    const finished = (outcome: Outcome) =>
      this.emit({ kind: "step-finished", build, step: name, outcome, durationMs: performance.now() - started });
    try {
      const result = await body({
        signal: this.signal,
        onCleanup: (what, undo, only) => this.#register(what, undo, only),
        own: (resource, undo) => this.#own(resource, undo),
      });
      finished("succeeded");
      return result;
    } catch (error) {
      finished(this.signal.aborted ? "cancelled" : "failed");
      throw error;
    }
  }

  #register(what: string, undo: Undo, only?: Outcome): void {
    const isWanted = () => only === undefined || only === this.#outcome;
    this.#undos.push({
      what,
      undo: async () => (isWanted() ? undo(this.#outcome, new AbortController().signal) : undefined),
    });
  }

  #own(resource: Resource, undo: Undo): Promise<JournalEntry> {
    const recorded = { resource, updates: [] as Readonly<Record<string, unknown>>[], struck: false };
    this.journal.push(recorded);
    this.#register(`${resource.kind} ${resource.id}`, async (outcome, signal) => {
      await undo(outcome, signal);
      recorded.struck = true;
    });
    return Promise.resolve({
      update: (details) => Promise.resolve(void recorded.updates.push(details)),
      strike: () => Promise.resolve(void (recorded.struck = true)),
    });
  }

  async finish(outcome: Outcome): Promise<readonly UndoFailure[]> {
    this.#outcome = outcome;
    const failures: UndoFailure[] = [];
    for (let next = this.#undos.pop(); next !== undefined; next = this.#undos.pop()) {
      const { what, undo } = next;
      this.emit({ kind: "cleanup-started", build: this.build.name, what });
      await undo().catch((error: unknown) => failures.push({ what, error }));
    }
    return failures;
  }

  cancel(reason: unknown = new Error("interrupted")): void {
    this.#controller.abort(reason);
  }

  async provision(machine: Machine): Promise<void> {
    this.machines.push(machine);
    await this.#provision?.(machine, this);
  }

  emit(event: BuildEvent): void {
    this.events.push(event);
  }
  say(text: string): void {
    this.emit({ kind: "say", build: this.build.name, text });
  }
  warn(text: string): void {
    this.emit({ kind: "warning", build: this.build.name, text });
  }
  progress(label: string, done: number, total: number | undefined, unit: "bytes" | "items" = "bytes"): void {
    this.emit({ kind: "progress", build: this.build.name, label, done, total, unit });
  }
  debug(topic: string, text: string, details?: Readonly<Record<string, unknown>>): void {
    this.emit({ kind: "debug", build: this.build.name, topic, text, details });
  }
  secret(value: string): void {
    this.secrets.push(value);
  }

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

function testHost(cwd: string, options: RecordingRunOptions): Host {
  return {
    env: options.env ?? { PATH: process.env["PATH"], HOME: homedir() },
    cwd,
    platform: process.platform,
    homeDir: homedir(),
    clock: options.clock ?? { now: () => Date.now(), monotonic: () => performance.now() },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    pid: process.pid,
  };
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
