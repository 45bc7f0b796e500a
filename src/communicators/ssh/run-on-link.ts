import type { ClientChannel } from "ssh2";
import type { Readable } from "node:stream";
import { errorMessage } from "../../lib/error-text.ts";
import type { ExecOptions, ExecResult } from "../../sdk/communicator.ts";
import { BuildError } from "../../sdk/error.ts";
import type { SshLink } from "./link.ts";
import { requestExec, requestTerminal, type AskServer } from "./command-channels.ts";

export interface LinkExecOptions extends ExecOptions {
  /** Offer the agent to the command. */
  readonly agentForward?: boolean | undefined;
  /** How long the command may be silent before it is given up; 0 for ever. */
  readonly silenceLimitMs?: number | undefined;
}

/** Stops a command that is no longer waited for: `signal` aborted, or it was silent for too long. */
export type StopCommand = (channel: ClientChannel, link: SshLink) => Promise<void>;

/**
 * Runs one command on a connection. Resolves when the channel is closed and all output was handed over, whatever became
 * of the command. Rejects when it could not be started, when its input fails, and, once the command has ended in the guest
 * too, with the abort reason.
 */
export async function runOnLink(
  link: SshLink,
  command: string,
  options: LinkExecOptions,
  stop: StopCommand,
): Promise<ExecResult> {
  const { signal } = options;
  const channel = await openFor(link, options);
  const { ended, output, refused } = start(link, channel, command, options);
  const aborted = whenAborted(signal);
  const watch = silenceWatch(channel, link, options.silenceLimitMs ?? 0, stop);
  try {
    const failed = feed(channel, options.stdin).then(
      () => new Promise<never>(() => {}),
      (cause: unknown) => Promise.reject(unreadable(cause)),
    );
    const result = await Promise.race([ended, refused, failed, aborted.promise]);
    await Promise.race([output, aborted.promise]);
    const verdict = await watch.verdict;
    if (verdict) return verdict;
    const mayLackInput = result.kind === "disconnect" && options.stdin !== undefined && !link.alive;
    return mayLackInput ? { ...result, inputUnsent: !channel.writableFinished } : result;
  } catch (error) {
    if (signal.aborted) await stop(channel, link);
    channel.close();
    throw error;
  } finally {
    watch.stop();
    aborted.forget();
  }
}

/** A channel with the terminal asked for. Nothing runs yet, so that a dead connection may be replaced. */
async function openFor(link: SshLink, { signal, pty }: LinkExecOptions): Promise<ClientChannel> {
  const channel = await link.channels.open(signal);
  if (pty !== true) return channel;
  try {
    const request: AskServer<undefined> = (answer) => requestTerminal(channel, (error) => answer(error, undefined));
    await link.ask("get a terminal", request, signal);
    return channel;
  } catch (error) {
    channel.close();
    throw error;
  }
}

interface RunningCommand {
  readonly ended: Promise<ExecResult>;
  /** Settles when everything printed was handed over. */
  readonly output: Promise<unknown>;
  /** Rejects when the server does not run commands. */
  readonly refused: Promise<never>;
}

function start(link: SshLink, channel: ClientChannel, command: string, options: LinkExecOptions): RunningCommand {
  const ended = channelEnd(channel, link);
  const output = Promise.all([
    deliver(channel, channel, options.onStdout),
    deliver(channel.stderr, channel, options.onStderr),
  ]);
  output.catch(() => {});
  const refused = new Promise<never>((_, reject) => {
    const agentForward = options.agentForward === true;
    requestExec(channel, command, agentForward, () => {
      // A dying connection answers everything first and says that it is dying a moment later.
      setImmediate(() => {
        if (link.alive) reject(new BuildError("Could not run a command: the machine refuses to"));
      });
    });
  });
  refused.catch(() => {});
  if (link.posix === true) link.channels.prepareSpare();
  return { ended, output, refused };
}

function whenAborted(signal: AbortSignal): { readonly promise: Promise<never>; forget(): void } {
  let abort!: () => void;
  const promise = new Promise<never>((_, reject) => (abort = () => reject(signal.reason as Error)));
  promise.catch(() => {});
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  return { promise, forget: () => signal.removeEventListener("abort", abort) };
}

function channelEnd(channel: ClientChannel, link: SshLink): Promise<ExecResult> {
  let status: ExecResult | undefined;
  channel.on("exit", (code: number | null, signal?: string) => {
    status = { kind: "signal", signal: signal ?? "unknown" };
    if (code !== null) status = { kind: "exit", code };
  });
  return new Promise((resolve) => {
    const finish = (reason: string) => resolve(status ?? { kind: "disconnect", reason });
    channel.once("close", () => {
      // A dying connection closes its channels first and says why a moment later.
      setImmediate(() => {
        if (link.alive) finish("the channel was closed without an exit status");
        else void link.dead.then(finish);
      });
    });
    void link.dead.then(finish);
  });
}

/** Hands chunks over one at a time; while the receiver is busy the channel's window holds the guest back. */
async function deliver(
  stream: Readable,
  channel: ClientChannel,
  receive: ((chunk: Buffer) => void | Promise<void>) | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let busy = Promise.resolve();
    const finish = () => void busy.then(resolve, reject);
    stream.on("data", (chunk: Buffer) => {
      const pending = receive?.(chunk);
      if (!(pending instanceof Promise)) return;
      stream.pause();
      busy = pending.finally(() => stream.resume());
      busy.catch((error: unknown) => {
        channel.close();
        reject(error);
      });
    });
    // Not the channel's "close": it comes when stdout ended, and stderr may still hold data.
    stream.once("end", finish).once("close", finish);
  });
}

/** Writes the input with back-pressure. A command that ends without reading it is no failure. */
async function feed(channel: ClientChannel, stdin: ExecOptions["stdin"]): Promise<void> {
  if (stdin === undefined || typeof stdin === "string" || stdin instanceof Uint8Array) {
    channel.end(stdin);
    return;
  }
  for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
    if (!channel.writable) return;
    if (!channel.write(chunk)) await roomOrEnd(channel);
  }
  channel.end();
}

function unreadable(cause: unknown): BuildError {
  if (cause instanceof BuildError) return cause;
  return new BuildError(`Could not read what was to be sent to the machine: ${errorMessage(cause)}`, { cause });
}

function roomOrEnd(channel: ClientChannel): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      channel.off("drain", done).off("close", done);
      resolve();
    };
    channel.on("drain", done).on("close", done);
  });
}

interface SilenceWatch {
  /** What became of a command that was ended for its silence. */
  readonly verdict: Promise<ExecResult> | undefined;
  stop(): void;
}

function silenceWatch(channel: ClientChannel, link: SshLink, limitMs: number, stop: StopCommand): SilenceWatch {
  if (limitMs <= 0) return { verdict: undefined, stop: () => {} };
  const reason = `nothing was heard for ${Math.round(limitMs / 1000)} s (ssh_read_write_timeout)`;
  let verdict: Promise<ExecResult> | undefined;
  const timer = setTimeout(() => {
    verdict = stop(channel, link).then(() => {
      link.cut(reason);
      return { kind: "disconnect", reason };
    });
  }, limitMs);
  const refresh = () => void timer.refresh();
  channel.on("data", refresh).on("drain", refresh);
  channel.stderr.on("data", refresh);
  return {
    get verdict() {
      return verdict;
    },
    stop: () => {
      clearTimeout(timer);
      channel.off("data", refresh).off("drain", refresh);
      channel.stderr.off("data", refresh);
    },
  };
}
