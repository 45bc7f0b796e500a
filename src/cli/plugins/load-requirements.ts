import type { Host } from "../../sdk/host.ts";
import type { RequiredPlugin } from "../../template/model.ts";
import type { FlagValues } from "../command.ts";
import { loadChecked } from "../load-checked.ts";
import { createOutput } from "../output-flags.ts";
import { createSession, NO_RUN } from "../session.ts";
import type { templateFlags } from "../template-flags.ts";

export interface RequirementOptions {
  readonly path: string;
  readonly flags: FlagValues<typeof templateFlags>;
  readonly signal: AbortSignal;
}

/** The `required_plugins` of a template; `undefined` (and said why) when it cannot be read. */
export async function loadPluginRequirements(
  host: Host,
  { path, flags, signal }: RequirementOptions,
): Promise<readonly RequiredPlugin[] | undefined> {
  const messages = { ...host, stdout: host.stderr };
  const output = createOutput(messages, {
    color: true,
    "timestamp-ui": false,
    "machine-readable": false,
    json: false,
    progress: "none",
  });
  const options = { force: false, debug: false, onError: "cleanup" } as const;
  const session = createSession(host, {
    runId: NO_RUN,
    options,
    path,
    output,
    signal,
    cleanupSignal: signal,
    logDirectory: host.cwd,
  });
  try {
    const loading = { path, flags, syntaxOnly: true, undeclaredVariables: "ignore", readsDataSources: false } as const;
    const { template, isValid } = await loadChecked(session, output, loading);
    return isValid ? template?.requiredPlugins : undefined;
  } finally {
    await output.pipeline.close();
  }
}
