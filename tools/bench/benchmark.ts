/** One benchmark: measures us and a peer in the same run, and states the ratio that was promised. */
export interface Benchmark {
  readonly name: string;
  /** Programs that must be on PATH, with the Debian package of each; a missing one leaves the benchmark out, visibly. */
  readonly needs: Readonly<Record<string, string>>;
  run(context: BenchContext): Promise<readonly Figure[]>;
}

export interface BenchContext {
  /** A fresh directory, removed afterwards. */
  readonly directory: string;
  /** Path of the built command. */
  readonly imgbuild: string;
  log(text: string): void;
}

export interface Figure {
  readonly label: string;
  readonly unit: "s" | "ms" | "MB" | "MB/s" | "count";
  readonly ours: number;
  readonly peer?: { readonly name: string; readonly value: number } | undefined;
  /** The promise as a sentence, e.g. `at least 10 times as fast as hcl2-parser`, and whether these figures keep it. */
  readonly target?: { readonly text: string; readonly met: boolean } | undefined;
}

/** Median of several runs; each run returns its own duration so that set-up is not counted. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The environment of an ordinary shell, for programs whose start is measured. Some sandboxes set NODE_EXTRA_CA_CERTS, and
 * then every start of Node reads all certificates of the machine before anything else (about 60 ms of CPU).
 */
export function ordinaryEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...rest } = process.env;
  return rest;
}
