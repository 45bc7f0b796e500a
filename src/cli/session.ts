import { describeResource } from "../core/describe-resource.ts";
import { cacheDirectory } from "../core/directories.ts";
import type { Session } from "../core/run/session.ts";
import { reapers } from "../registry.ts";
import type { Host } from "../sdk/host.ts";
import type { RunOptions } from "../sdk/run.ts";
import type { Output } from "./output-flags.ts";
import { createPluginRoom, type PluginRoom } from "./plugins/plugin-room.ts";
import { canAsk, createAsk } from "./prompt.ts";
import { templateDirectory } from "./template-flags.ts";
import { withoutSecretVariables } from "./without-secret-variables.ts";

/** Before a run is open: no journal yet, so nothing may be made. */
export interface UnopenedSession extends Omit<Session, "journal"> {
  /** To be closed by whoever made the session. */
  readonly plugins: PluginRoom;
}

/** The run id of read-only commands. */
export const NO_RUN = "00000000-0000-4000-8000-000000000000";

export interface SessionParts {
  readonly runId: string;
  readonly options: RunOptions;
  /** Of the template. */
  readonly path: string;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly cleanupSignal: AbortSignal;
  readonly logDirectory: string;
}

export function createSession(host: Host, parts: SessionParts): UnopenedSession {
  const { runId, options, path, output, signal, cleanupSignal, logDirectory } = parts;
  const { emit } = output.pipeline;
  if (!canAsk(host)) for (const text of missingTerminal(options)) emit({ kind: "warning", text });
  const env = () => withoutSecretVariables(host, (text) => output.redactor.text(text)).env;
  return {
    runId,
    host,
    options,
    directories: {
      work: host.cwd,
      template: templateDirectory(host, path),
      cache: cacheDirectory(host),
      temp: host.env["TMPDIR"] || "/tmp",
      log: logDirectory,
    },
    emit,
    secret: (value) => output.redactor.add(value),
    redact: (text) => output.redactor.text(text),
    ready: () => output.pipeline.ready(),
    ask: createAsk(host, output.pipeline),
    signal,
    cleanupSignal,
    plugins: createPluginRoom({ host, options, emit, signal, run: runId === NO_RUN ? undefined : { runId, env } }),
    describeResource: (resource) => describeResource(reapers, resource),
  };
}

/** What the options cannot do without a terminal. */
function missingTerminal({ onError, debug }: RunOptions): readonly string[] {
  const texts: string[] = [];
  if (onError === "ask") texts.push("-on-error=ask needs a terminal to ask at; failures are cleaned up as without it.");
  if (debug) texts.push("-debug needs a terminal to pause at; the builds run one after the other, without pauses.");
  return texts;
}
