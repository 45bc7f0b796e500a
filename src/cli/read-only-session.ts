import type { Host } from "../sdk/host.ts";
import type { CommandContext, FlagValues } from "./command.ts";
import { createOutput, type Output, type OutputFiles, type outputFlags } from "./output-flags.ts";
import { createSession, NO_RUN, type UnopenedSession } from "./session.ts";

export interface ReadOnlySession {
  readonly session: UnopenedSession;
  readonly output: Output;
}

export interface ReadOnlyOptions {
  readonly path: string;
  readonly signal: AbortSignal;
  /** How messages are shown. Default: as text on standard error, for a command whose answer goes to standard output. */
  readonly flags?: FlagValues<typeof outputFlags>;
  readonly files?: OutputFiles;
}

/** A session for commands that read a template and make nothing: no run, no journal. Closes its output after `body`. */
export async function withReadOnlySession<Result>(
  context: CommandContext,
  { path, signal, flags, files }: ReadOnlyOptions,
  body: (readOnly: ReadOnlySession) => Promise<Result>,
): Promise<Result> {
  const { host } = context;
  const output = flags ? createOutput(context, flags, files) : createMessageOutput(context);
  const session = createSession(host, {
    runId: NO_RUN,
    options: { force: false, debug: false, onError: "cleanup" },
    path,
    output,
    signal,
    cleanupSignal: signal,
    logDirectory: host.cwd,
  });
  try {
    return await body({ session, output });
  } finally {
    await session.plugins.close();
    await output.pipeline.close();
  }
}

function createMessageOutput(context: CommandContext): Output {
  return createOutput({ ...context, host: withMessagesOnStderr(context.host) }, messageFlags);
}

/** Not a copy: a host opens its streams when they are accessed. */
export function withMessagesOnStderr(host: Host): Host {
  return Object.create(host, { stdout: { get: () => host.stderr } }) as Host;
}

/** Messages in text, as the user wants them shown. */
export function messageFlagsFor(given: Pick<FlagValues<typeof outputFlags>, "color" | "progress">) {
  const { color, progress } = given;
  return { ...messageFlags, color, progress };
}

const messageFlags: FlagValues<typeof outputFlags> = {
  color: true,
  "timestamp-ui": false,
  "machine-readable": false,
  json: false,
  progress: "none",
};
