import { availableParallelism } from "node:os";
import { limited } from "../../lib/limited.ts";
import type { EarlyProcess, PluginComponent, PluginHost } from "../plugin-host.ts";
import type { PluginProcess } from "../process/plugin-process.ts";
import type { SentConfig } from "./sent-config.ts";

/** What a component says of a configuration. */
export interface Verdict {
  readonly problem: string | undefined;
  readonly warnings?: readonly string[] | undefined;
}

interface PrepareQuestion {
  readonly component: PluginComponent;
  readonly config: SentConfig;
  readonly ask: (process: PluginProcess) => Promise<Verdict>;
}

/** Processes that were given a configuration to check, and can be used again: to check others, or to run. */
export interface PreparedProcesses {
  /** Has a component check a configuration. */
  check(question: PrepareQuestion): Promise<Verdict>;
  /** One that has prepared exactly this, and nothing else. It belongs to the caller then. */
  take(component: PluginComponent, config: SentConfig): EarlyProcess | undefined;
  /** Ends all that wait. Abort the signal before: what is being checked is waited for. */
  close(): Promise<void>;
}

export interface PreparedOptions {
  readonly host: PluginHost;
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly env: Environment;
  /** Where the components are to run afterwards. */
  readonly run?: EarlyRun | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A run that has not begun. */
export interface EarlyRun {
  readonly runId: string;
  /** Of the programs it starts. */
  readonly env: () => Environment;
}

/** A process that waits. */
interface Waiting {
  readonly component: PluginComponent;
  readonly process: PluginProcess;
  /** It is kept for the run; others check whatever comes. */
  readonly forRun: { readonly key: string; readonly early: EarlyProcess } | undefined;
}

/** More than these are started for a run when their turn comes. */
const MOST_FOR_RUN = 16;
/** Others that wait, of all components. */
const MOST_WAITING = 8;

export function createPreparedProcesses(options: PreparedOptions): PreparedProcesses {
  return new Pool(options);
}

class Pool implements PreparedProcesses {
  readonly #options: PreparedOptions;
  readonly #waiting = new Set<Waiting>();
  /** At most as many at once as there are processors: a hundred sources do not make a hundred processes. */
  readonly #turns = limited<() => Promise<void>, void>(Math.max(2, availableParallelism()), (body) => body());
  readonly #checking = new Set<Promise<Verdict>>();
  #forRun = 0;

  constructor(options: PreparedOptions) {
    this.#options = options;
  }

  check(question: PrepareQuestion): Promise<Verdict> {
    const checking = this.#check(question);
    this.#checking.add(checking);
    void checking.catch(() => {}).then(() => this.#checking.delete(checking));
    return checking;
  }

  async #check(question: PrepareQuestion): Promise<Verdict> {
    let verdict: Verdict | undefined;
    await this.#turns(async () => {
      verdict = (await this.#askAnother(question)) ?? (await this.#askNew(question));
    });
    return verdict!;
  }

  /**
   * Asks a process that has checked others. The SDK forgets what it was given before, and a component may remember
   * something all the same: only where it finds nothing wrong, its word counts.
   */
  async #askAnother({ component, config, ask }: PrepareQuestion): Promise<Verdict | undefined> {
    if (!config.isRepeatable || this.#keepsForRun()) return undefined;
    const used = this.#remove((other) => !other.forRun && isSame(other.component, component));
    if (!used) return undefined;
    const verdict = await ask(used.process).catch(() => undefined);
    this.#options.signal.throwIfAborted();
    if (verdict && verdict.problem === undefined) {
      await this.#keep(used);
      return verdict;
    }
    await used.process.stop();
    return undefined;
  }

  async #askNew({ component, config, ask }: PrepareQuestion): Promise<Verdict> {
    const started = await this.#start(component, config);
    let isKept = false;
    try {
      const verdict = await ask(started.process);
      isKept = verdict.problem === undefined && (started.forRun !== undefined || config.isRepeatable);
      return verdict;
    } finally {
      if (isKept) await this.#keep(started);
      else await started.process.stop();
    }
  }

  async #start(component: PluginComponent, { key }: SentConfig): Promise<Waiting> {
    const { host, cwd, signal, env, run } = this.#options;
    if (!run || !this.#keepsForRun()) {
      return { component, process: await host.start(component, { env, cwd, signal }), forRun: undefined };
    }
    this.#forRun++;
    const early = await host.startEarly(component, { env: run.env(), cwd, signal, runId: run.runId });
    return { component, process: early.process, forRun: { key, early } };
  }

  #keepsForRun(): boolean {
    return this.#options.run !== undefined && this.#forRun < MOST_FOR_RUN;
  }

  async #keep(waiting: Waiting): Promise<void> {
    this.#waiting.add(waiting);
    void waiting.process.broker.closed.then(() => this.#waiting.delete(waiting));
    const others = [...this.#waiting].filter(({ forRun }) => forRun === undefined);
    if (others.length > MOST_WAITING) await others[0]!.process.stop();
  }

  take(component: PluginComponent, { key }: SentConfig): EarlyProcess | undefined {
    return this.#remove((other) => other.forRun?.key === key && isSame(other.component, component))?.forRun?.early;
  }

  #remove(isWanted: (waiting: Waiting) => boolean): Waiting | undefined {
    const found = [...this.#waiting].find(isWanted);
    if (found) this.#waiting.delete(found);
    return found;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#checking);
    await Promise.all([...this.#waiting].map(({ process }) => process.stop()));
  }
}

function isSame(one: PluginComponent, other: PluginComponent): boolean {
  return (
    one.path === other.path && one.kind === other.kind && one.name === other.name && one.protobuf === other.protobuf
  );
}
