import { constants } from "node:os";
import type { Readable } from "node:stream";
import { drain, LineQueue, OutputTail, type OutputStream } from "./command-output.ts";
import { execa, type ResultPromise } from "execa";
import { kill } from "./this-process.ts";

export interface CommandOptions {
  /** Aborting sends SIGTERM to the whole process group, then SIGKILL after `killAfterMs`. */
  readonly signal?: AbortSignal | undefined;
  /** Default 3 s. */
  readonly killAfterMs?: number;
  /** The complete environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string | undefined;
  readonly stdin?: string | Uint8Array | Readable | undefined;
  /** Called with each line without its end, one at a time; a promise it returns delays the program. */
  readonly onLine?: ((line: string, stream: OutputStream) => void | Promise<void>) | undefined;
}

export interface CommandResult {
  /** The exit code, or 128 + signal number when a signal ended it. */
  readonly code: number;
  readonly signal?: string | undefined;
  /** Both streams decoded as UTF-8. Only the last 8 Mi characters of each are kept. */
  readonly stdout: string;
  readonly stderr: string;
}

/** The program could not be started, or ended badly. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly program: string;
  readonly args: readonly string[];
  /** Absent when the program could not be started. */
  readonly result: CommandResult | undefined;
  /** `ENOENT`, `EACCES`… when it could not be started. */
  readonly code: string | undefined;

  constructor(program: string, args: readonly string[], failure: { result?: CommandResult; cause?: unknown }) {
    super(describeFailure(program, failure), "cause" in failure ? { cause: failure.cause } : undefined);
    this.program = program;
    this.args = args;
    this.result = failure.result;
    this.code = errorCode(failure.cause);
  }
}

/**
 * Runs a program with an argument list (never through a shell) in its own process group and waits for it.
 * Resolves for any exit code; rejects with a CommandError when it cannot be started, and with the abort reason.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  const child = startCommand(program, args, options);
  const result = await child.finished;
  options.signal?.throwIfAborted();
  return result;
}

/** As `runCommand`, but an exit code other than 0 rejects with a CommandError that quotes the last lines of stderr. */
export async function runChecked(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const result = await runCommand(program, args, options);
  if (result.code !== 0) throw new CommandError(program, args, { result });
  return result;
}

/** A program that keeps running while the caller does other things. */
export interface RunningCommand {
  /** Absent when the program could not be started (then `finished` rejects). */
  readonly pid: number | undefined;
  /**
   * Settles when the program ended and its output was delivered. Rejects only when it could not be started or `onLine`
   * failed.
   */
  readonly finished: Promise<CommandResult>;
  /**
   * SIGTERM to the group, SIGKILL after `graceMs` (default 3 s); resolves when it has ended. Does nothing if it already
   * has.
   */
  stop(graceMs?: number): Promise<void>;
}

export function startCommand(program: string, args: readonly string[], options: CommandOptions): RunningCommand {
  const child = execa(program, args, {
    env: definedOnly(options.env),
    extendEnv: false,
    buffer: false,
    reject: false,
    stripFinalNewline: false,
    // A group of its own: Ctrl-C at the terminal reaches imgbuild only, which then decides what its children get.
    detached: true,
    cleanup: false,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...stdinOf(options.stdin),
  });
  const stopping = new Stopper(child);
  const finished = collect(program, args, child, options).then(
    (result) => {
      stopping.ended();
      return result;
    },
    (error: unknown) => {
      void stopping.stop(0);
      throw error;
    },
  );
  finished.catch(() => {});
  const onAbort = () => void stopping.stop(options.killAfterMs);
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  const forget = () => options.signal?.removeEventListener("abort", onAbort);
  finished.then(forget, forget);
  return {
    pid: child.pid,
    finished,
    stop: async (graceMs) => {
      await stopping.stop(graceMs);
      await finished.catch(() => {});
    },
  };
}

/** Sends signals to the process group of one child, and never after the group is gone (its id may be reused). */
class Stopper {
  readonly #child: CommandChild;
  readonly #exited: Promise<unknown>;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #leaderGone = false;
  #ended = false;

  constructor(child: CommandChild) {
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once("exit", resolve);
      child.once("error", resolve);
    }).then(() => this.#leaderEnded());
  }

  /** The program and its output have ended. */
  ended(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async stop(graceMs = 3000): Promise<void> {
    this.#stopping = true;
    if (this.#leaderGone) return this.#send("SIGKILL");
    this.#send("SIGTERM");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send("SIGKILL"), graceMs);
    await this.#exited;
  }

  /** After a stop was requested, processes that the program left behind are ended, too. */
  #leaderEnded(): void {
    clearTimeout(this.#timer);
    this.#leaderGone = true;
    if (this.#stopping) this.#send("SIGKILL");
  }

  #send(signal: NodeJS.Signals): void {
    if (this.#ended || this.#child.pid === undefined) return;
    try {
      kill(-this.#child.pid, signal);
    } catch {
      // No such group (Windows has none): the child alone.
      this.#child.kill(signal);
    }
  }
}

type CommandChild = ResultPromise<{ buffer: false; reject: false; extendEnv: false; stripFinalNewline: false }>;

async function collect(
  program: string,
  args: readonly string[],
  child: CommandChild,
  options: CommandOptions,
): Promise<CommandResult> {
  const stdout = new OutputTail();
  const stderr = new OutputTail();
  const queue = new LineQueue(options.onLine);
  const [ended] = await Promise.all([
    child,
    drain(child.stdout, stdout, queue, "stdout"),
    drain(child.stderr, stderr, queue, "stderr"),
  ]);
  if (ended.exitCode === undefined && ended.signal === undefined) {
    throw new CommandError(program, args, { cause: ended.cause ?? ended });
  }
  const code = ended.exitCode ?? codeOfSignal(ended.signal);
  return { code, signal: ended.signal, stdout: stdout.text(), stderr: stderr.text() };
}

/** As shells report it. */
function codeOfSignal(signal: NodeJS.Signals | undefined): number {
  return 128 + (signal === undefined ? 0 : constants.signals[signal]);
}

function definedOnly(env: CommandOptions["env"]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function stdinOf(stdin: CommandOptions["stdin"]): { input: string | Uint8Array | Readable } | { stdin: "ignore" } {
  return stdin === undefined ? { stdin: "ignore" } : { input: stdin };
}

function errorCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

function describeFailure(program: string, { result, cause }: { result?: CommandResult; cause?: unknown }): string {
  if (result) {
    const how = result.signal === undefined ? `exit code ${result.code}` : `signal ${result.signal}`;
    const said = lastLines(result.stderr) || lastLines(result.stdout);
    return [`${program} failed with ${how}`, said].filter(Boolean).join(": ");
  }
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: `The program "${program}" was not found`,
    EACCES: `The program "${program}" may not be executed`,
  };
  return reasons[errorCode(cause) ?? ""] ?? `The program "${program}" could not be started`;
}

/** The last few lines that say something, on one line. */
function lastLines(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .slice(-3)
    .join("; ")
    .slice(-600);
}
