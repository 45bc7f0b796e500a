import type { ClientChannel, ExecOptions as SshExecOptions } from "ssh2";
import type { Readable } from "node:stream";
import type { ExecOptions, ExecResult } from "../../sdk/communicator.ts";
import type { SshLink } from "./link.ts";

export interface LinkExecOptions extends ExecOptions {
  /** Offer the agent to the command. */
  readonly agentForward?: boolean | undefined;
  /** Give up when nothing is heard for so long; 0 for never. */
  readonly silenceLimitMs?: number | undefined;
}

/** 40 rows of 80 columns without echo, as Packer asks for. RFC 4254, section 8: ECHO 53, speeds 128 and 129. */
const terminal = {
  term: "xterm",
  rows: 40,
  cols: 80,
  width: 0,
  height: 0,
  modes: { ECHO: 0, TTY_OP_ISPEED: 14400, TTY_OP_OSPEED: 14400 },
};

/**
 * Runs one command on a connection. Resolves when the channel is closed and all output was handed over, whatever became
 * of the command; rejects when it could not be started, and with the abort reason.
 */
export async function execOnLink(link: SshLink, command: string, options: LinkExecOptions): Promise<ExecResult> {
  const { signal } = options;
  const { channel, ended, output } = await openCommand(link, command, options);
  let abort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      // The command is told to stop; closing the channel alone would leave it running.
      channel.signal("TERM");
      channel.close();
      reject(signal.reason as Error);
    };
  });
  aborted.catch(() => {});
  signal.addEventListener("abort", abort, { once: true });
  const watch = silenceWatch(channel, link, options.silenceLimitMs ?? 0);
  try {
    feed(channel, options.stdin).catch((error: unknown) => link.cut(String(error)));
    const result = await Promise.race([ended, aborted]);
    await Promise.race([output, aborted]);
    return result;
  } finally {
    watch.stop();
    signal.removeEventListener("abort", abort);
  }
}

interface RunningCommand {
  readonly channel: ClientChannel;
  readonly ended: Promise<ExecResult>;
  /** Settles when everything printed was handed over. */
  readonly output: Promise<unknown>;
}

function openCommand(link: SshLink, command: string, options: LinkExecOptions): Promise<RunningCommand> {
  const request: SshExecOptions = {
    ...(options.pty === true ? { pty: terminal as never } : {}),
    ...(options.agentForward === true ? ({ agentForward: true } as object) : {}),
  };
  return link.ask<RunningCommand>(
    "run a command",
    (answer) =>
      link.client.exec(command, request, (error, channel) => {
        if (error) return answer(error, undefined as never);
        // At once: one packet later the exit status may have come and gone.
        answer(undefined, observe(link, channel, options));
      }),
    options.signal,
  );
}

function observe(link: SshLink, channel: ClientChannel, options: LinkExecOptions): RunningCommand {
  const ended = channelEnd(channel, link);
  const output = Promise.all([
    deliver(channel, channel, options.onStdout),
    deliver(channel.stderr, channel, options.onStderr),
  ]);
  output.catch(() => {});
  return { channel, ended, output };
}

function channelEnd(channel: ClientChannel, link: SshLink): Promise<ExecResult> {
  let status: ExecResult | undefined;
  channel.on("exit", (code: number | null, signal?: string) => {
    status = code === null ? { kind: "signal", signal: signal ?? "unknown" } : { kind: "exit", code };
  });
  return new Promise((resolve) => {
    const finish = (reason: string) => resolve(status ?? { kind: "disconnect", reason });
    channel.once("close", () => {
      // A dying connection closes its channels first and says why a moment later.
      setImmediate(() =>
        link.alive ? finish("the channel was closed without an exit status") : void link.dead.then(finish),
      );
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

function roomOrEnd(channel: ClientChannel): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      channel.off("drain", done).off("close", done);
      resolve();
    };
    channel.on("drain", done).on("close", done);
  });
}

function silenceWatch(channel: ClientChannel, link: SshLink, limitMs: number): { stop(): void } {
  if (limitMs <= 0) return { stop: () => {} };
  const timer = setTimeout(
    () => link.cut(`nothing was heard for ${Math.round(limitMs / 1000)} s (ssh_read_write_timeout)`),
    limitMs,
  );
  const refresh = () => void timer.refresh();
  channel.on("data", refresh).on("drain", refresh);
  channel.stderr.on("data", refresh);
  return { stop: () => clearTimeout(timer) };
}
