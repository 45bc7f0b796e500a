import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { keepFiles, keepTranscript } from "./transcripts.ts";

/** The built command with its own state, cache and working directory. */
export interface Workplace {
  /** Where the command runs. */
  readonly directory: string;
  /** `TMPDIR` of the command. */
  readonly temporary: string;
  readonly env: Readonly<Record<string, string>>;
  run(...args: readonly string[]): Promise<Finished>;
  /** In a directory below `directory`, which is made. */
  runIn(below: string, ...args: readonly string[]): Promise<Finished>;
  start(...args: readonly string[]): Started;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Everything printed so far, both streams. */
  output(): string;
  /** Resolves when the output holds the text; rejects when the command ends before. */
  until(text: string): Promise<void>;
  /** Resolves when more was printed; rejects when the command has ended. */
  more(): Promise<void>;
}

/** `IMGBUILD_BUNDLE` names another copy than the one the test set-up has just made, or the one file of `make standalone`. */
export const imgbuildPath = resolve(process.env["IMGBUILD_BUNDLE"] ?? "dist/imgbuild.js");
/** A program and its first arguments. */
export const imgbuildCommand: readonly [program: string, ...args: string[]] = imgbuildPath.endsWith(".js")
  ? [process.execPath, imgbuildPath]
  : [imgbuildPath];

/** Call inside a test. When it ends, all is ended and removed. */
export async function createWorkplace(env: Readonly<Record<string, string>> = {}): Promise<Workplace> {
  const { close, ...workplace } = await openWorkplace(env);
  onTestFinished(close);
  return workplace;
}

/** For several tests: the last one has to call `close`. */
export async function openWorkplace(
  env: Readonly<Record<string, string>> = {},
): Promise<Workplace & { close(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), "imgbuild-e2e-"));
  const children: Started[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(children.map(endBuild));
    keepFiles("state", join(directory, "state"));
    await rm(root, { recursive: true, force: true });
  };
  const [directory, temporary] = [join(root, "work"), join(root, "tmp")];
  await mkdir(directory);
  await mkdir(temporary);
  const complete = {
    PATH: process.env["PATH"] ?? "",
    HOME: directory,
    TMPDIR: temporary,
    IMGBUILD_STATE_DIR: join(directory, "state"),
    PACKER_CACHE_DIR: join(directory, "cache"),
    ...env,
  };
  const startIn = (cwd: string, args: readonly string[]) => {
    const child = startImgbuild(cwd, complete, args);
    children.push(child);
    return child;
  };
  return {
    directory,
    temporary,
    env: complete,
    close,
    start: (...args) => startIn(directory, args),
    run: (...args) => startIn(directory, args).finished,
    runIn: async (below, ...args) => {
      await mkdir(join(directory, below), { recursive: true });
      return startIn(join(directory, below), args).finished;
    },
  };
}

/** A test that failed may have left it running, with its machine. */
async function endBuild({ child, finished }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await finished.catch(() => {});
  clearTimeout(timer);
}

function startImgbuild(cwd: string, env: Record<string, string>, args: readonly string[]): Started {
  const started = performance.now();
  const [program, ...before] = imgbuildCommand;
  const child = spawn(program, [...before, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "", both: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
      text.both += chunk;
      listeners.forEach((listener) => listener());
    });
  }
  const finished = new Promise<Finished>((done, failed) => {
    child.once("error", failed);
    child.once("close", (code, signal) => {
      keepTranscript(args.join(" "), text.both);
      done({ code, signal, stdout: text.stdout, stderr: text.stderr, durationMs: performance.now() - started });
      listeners.forEach((listener) => listener());
    });
  });
  const more = () =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      if (child.exitCode !== null || child.signalCode !== null) reject(new Error(`imgbuild ended:\n${text.both}`));
    });
  const until = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (text.both.includes(wanted)) resolve();
        else if (child.exitCode !== null || child.signalCode !== null) {
          reject(new Error(`imgbuild ended before it said "${wanted}":\n${text.both}`));
        }
      };
      listeners.add(look);
      look();
    });
  return { child, finished, output: () => text.both, until, more };
}
