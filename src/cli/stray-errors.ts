import { writeCrashReport } from "../core/journal/crash-report.ts";
import { attributeCrash } from "../core/run/crash.ts";
import { VERSION } from "../lib/version.ts";
import type { CommandContext } from "./command.ts";
import type { Output } from "./output-flags.ts";

export interface StrayErrorOptions {
  /** The name of the command that runs. */
  readonly command: string;
  readonly runId: string;
  readonly cancelBuilds: AbortController;
  readonly output: Output;
}

/**
 * Errors that nothing catches. One that came from a build fails that build and no other; any other is a bug of ours:
 * everything is cancelled and cleaned up, and what a report needs is written to a file.
 */
export function catchStrayErrors(context: CommandContext, options: StrayErrorOptions): { stop(): void } {
  const { process } = context;
  const onError = (error: unknown): void => {
    const isOfBuild = attributeCrash(error);
    if (!isOfBuild) options.cancelBuilds.abort(error);
    void report(context, options, { error, isOfBuild });
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

interface StrayError {
  readonly error: unknown;
  readonly isOfBuild: boolean;
}

async function report(
  { host }: CommandContext,
  { command, runId, output }: StrayErrorOptions,
  { error, isOfBuild }: StrayError,
): Promise<void> {
  const path = await writeCrashReport(host, {
    error,
    version: VERSION,
    command,
    runId,
    redactText: (text) => output.redactor.text(text),
  });
  const where = path === undefined ? "" : ` What a report needs is in ${path}`;
  const what = isOfBuild
    ? "A component failed where nobody expected it."
    : "imgbuild itself failed; everything is cleaned up.";
  output.pipeline.emit({ kind: "warning", text: `${what}${where}` });
}
