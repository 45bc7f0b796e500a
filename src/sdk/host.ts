/** The machine and process imgbuild runs in, made once by `main` and passed down. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly homeDir: string;
  readonly clock: Clock;
  /** Of the run, or of the one that it goes on with; milliseconds since the epoch. Absent outside of runs. */
  readonly startedAt?: number | undefined;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly pid: number;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from an arbitrary origin, never going back. For durations. */
  monotonic(): number;
}
