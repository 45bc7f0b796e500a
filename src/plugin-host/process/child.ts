import { spawn, type ChildProcess } from "node:child_process";
import { basename } from "node:path";
import { kill } from "../../lib/this-process.ts";
import { LineSplitter } from "../../lib/line-splitter.ts";
import type { Ended } from "./plugin-failure.ts";

export interface ChildOptions {
  readonly args: readonly string[];
  /** The complete environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Added to the program's name in the list of processes. */
  readonly mark?: string | undefined;
  readonly onStdout: (line: string) => void;
  readonly onStderr: (line: string) => void;
}

/** A running plugin, as a process in a group of its own: Ctrl-C at the terminal reaches imgbuild only. */
export interface Child {
  readonly pid: number;
  /** Resolves when the process is gone, whoever still holds its output. */
  readonly ended: Promise<Ended>;
  /** Resolves when its output was delivered as well; at most a moment after `ended`. */
  readonly drained: Promise<void>;
  /** SIGKILL to the whole group. Harmless when it is gone. */
  kill(): void;
}

/** What a program started and left behind may hold its output open for ever. */
const DRAIN_MS = 500;

/** Rejects with the system's error where the program cannot be started. */
export async function startChild(path: string, options: ChildOptions): Promise<Child> {
  const { args, env, cwd, mark } = options;
  const child = spawn(path, args, {
    // The first word stays the program's name: that is how a process is found by its mark.
    argv0: mark === undefined ? path : `${basename(path)} ${mark}`,
    env,
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outputEnded = Promise.all([deliver(child.stdout, options.onStdout), deliver(child.stderr, options.onStderr)]);
  const ended = new Promise<Ended>((resolve) => {
    child.once("exit", (code, signal) => {
      // One that crashed cannot end what it started; its number is still that of the group as long as one of them lives.
      if (code !== 0) killGroup(child);
      resolve({ code, signal });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.on("error", () => {});
  let isGone = false;
  void ended.then(() => (isGone = true));
  return {
    pid: child.pid!,
    ended,
    drained: ended.then(() => within(outputEnded, DRAIN_MS)),
    kill: () => {
      if (!isGone) killGroup(child);
    },
  };
}

function killGroup(child: ChildProcess): void {
  try {
    kill(-child.pid!, "SIGKILL");
  } catch {
    // Windows has no groups: the process alone.
    child.kill("SIGKILL");
  }
}

/** Read without a pause, whether anybody wants the lines or not: a plugin must never wait for its log. */
function deliver(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  const lines = new LineSplitter(onLine);
  stream.on("data", (chunk: Buffer) => lines.add(chunk));
  stream.on("error", () => {});
  return new Promise((resolve) => {
    stream.once("close", () => {
      lines.end();
      resolve();
    });
  });
}

async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
