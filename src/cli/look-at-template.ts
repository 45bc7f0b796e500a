import type { Host } from "../sdk/host.ts";
import type { FlagValues } from "./command.ts";
import { createOutput, type Output, type outputFlags } from "./output-flags.ts";
import { createSession, NO_RUN, type UnopenedSession } from "./session.ts";

export interface Looking {
  readonly session: UnopenedSession;
  readonly output: Output;
}

export interface LookOptions {
  readonly path: string;
  readonly signal: AbortSignal;
  /** How messages are shown. Default: as text on standard error, for a command whose answer goes to standard output. */
  readonly shown?: FlagValues<typeof outputFlags>;
}

/** A session for commands that look at a template and make nothing: no run, no journal. Ends its output when `look` is done. */
export async function lookAtTemplate<Result>(
  host: Host,
  { path, signal, shown }: LookOptions,
  look: (looking: Looking) => Promise<Result>,
): Promise<Result> {
  const output = shown ? createOutput(host, shown) : createOutput(withMessagesOnStderr(host), onlyMessages);
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
    return await look({ session, output });
  } finally {
    await output.pipeline.close();
  }
}

/** For a command whose answer goes to standard output. Not a copy: a host opens its streams when they are asked for. */
export function withMessagesOnStderr(host: Host): Host {
  return Object.create(host, { stdout: { get: () => host.stderr } }) as Host;
}

const onlyMessages: FlagValues<typeof outputFlags> = {
  color: true,
  "timestamp-ui": false,
  "machine-readable": false,
  json: false,
  progress: "none",
};
