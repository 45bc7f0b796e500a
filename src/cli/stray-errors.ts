import { writeCrashReport } from "../core/journal/crash-report.ts";
import { attributeCrash } from "../core/run/crash.ts";
import { VERSION } from "../lib/version.ts";
import type { CommandContext } from "./command.ts";
import type { Output } from "./output-flags.ts";

export interface StrayErrorOptions {
  readonly runId: string;
  readonly run: AbortController;
  readonly output: Output;
}

/**
 * Errors thrown where nobody waits for them. One that came from a build fails that build and no other; any other is a
 * bug of ours: everything is cancelled and cleaned up, and what a report needs is written to a file.
 */
export function catchStrayErrors({ host, process }: CommandContext, options: StrayErrorOptions): { stop(): void } {
  const { runId, run, output } = options;
  const report = async (error: unknown, isOfBuild: boolean): Promise<void> => {
    const path = await writeCrashReport(host, {
      error,
      version: VERSION,
      command: "build",
      runId,
      redactText: (text) => output.redactor.text(text),
    });
    const where = path === undefined ? "" : ` What a report needs is in ${path}`;
    const text = isOfBuild
      ? "A component failed where nobody expected it."
      : "imgbuild itself failed; everything is cleaned up.";
    output.pipeline.emit({ kind: "warning", text: `${text}${where}` });
  };
  const onError = (error: unknown): void => {
    const isOfBuild = attributeCrash(error);
    if (!isOfBuild) run.abort(error);
    void report(error, isOfBuild);
  };
  process.on("uncaughtException", onError);
  process.on("unhandledRejection", onError);
  return {
    stop: () => {
      process.off("uncaughtException", onError);
      process.off("unhandledRejection", onError);
    },
  };
}
