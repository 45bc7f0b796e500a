import { BuildError } from "../../sdk/error.ts";
import { findPanic, type LogLine } from "./plugin-log.ts";

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A plugin that could not be started, or that is no use. */
export function cannotStart(what: string, path: string, problem: string, cause?: unknown): BuildError {
  return new BuildError(`${what} cannot be used`, { hint: `${problem}\nIt is here:\n    ${path}`, cause });
}

const startProblems: Readonly<Record<string, string>> = {
  ENOENT: "The file is not there, or the loader it needs is not.",
  EACCES: "The file may not be executed. Make it a program:  chmod +x",
  ENOEXEC: "The file is no program for this machine: it is damaged, or made for another system or processor.",
  ENOTDIR: "The file is not there.",
  ETXTBSY: "The file is being written just now.",
  EAGAIN: "This machine can start no more processes now.",
  ENOMEM: "This machine has no memory left to start it.",
};

/** Why a program could not be started, as a sentence. */
export function startProblem(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return startProblems[code] ?? "The system refuses to start it.";
}

export interface Crash {
  /** `The plugin "docker" (builder)`. */
  readonly what: string;
  /** Completes "while it …": `prepared`, `ran`. */
  readonly doing: string;
  readonly ended: Ended | undefined;
  readonly log: readonly LogLine[];
  /** Why the connection is gone. */
  readonly cause: unknown;
}

const SHOWN_LINES = 12;

/** A plugin that ended, or broke its connection off, in the middle of something. */
export function crashError({ what, doing, ended, log, cause }: Crash): BuildError {
  const panic = findPanic(log);
  const summary = `${what} ${howEnded(ended, panic !== undefined)} while it ${doing}`;
  if (panic) {
    const frames = panic.frames.map((frame) => `\n    ${frame}`).join("");
    return new BuildError(`${summary}: ${panic.reason}`, {
      hint: `This is a bug of the plugin. Report it to its makers, with the log of this build.${frames}`,
      cause,
    });
  }
  const last = log.slice(-SHOWN_LINES).map(({ text }) => `\n    ${text}`);
  const hint = last.length === 0 ? "It wrote nothing to its log." : `The last it wrote to its log:${last.join("")}`;
  return new BuildError(summary, { hint, cause });
}

function howEnded(ended: Ended | undefined, panicked: boolean): string {
  if (panicked) return "crashed";
  if (ended === undefined) return "broke its connection off";
  if (ended.signal !== null) return `was ended by ${ended.signal}`;
  return ended.code === 0 ? "ended without being asked to" : `ended with exit code ${ended.code}`;
}
