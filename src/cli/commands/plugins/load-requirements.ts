import type { RequiredPlugin } from "../../../template/model.ts";
import type { CommandContext, FlagValues } from "../../command.ts";
import { loadChecked } from "../../load-checked.ts";
import type { Output } from "../../output-flags.ts";
import { withReadOnlySession } from "../../read-only-session.ts";
import type { UnopenedSession } from "../../session.ts";
import type { templateFlags } from "../../template-flags.ts";

interface Requiring {
  readonly path: string;
  readonly flags: FlagValues<typeof templateFlags>;
}

export interface RequirementOptions extends Requiring {
  readonly signal: AbortSignal;
}

/** The `required_plugins` of a template; `undefined`, after saying why, when it cannot be read. */
export function loadPluginRequirements(
  context: CommandContext,
  { path, flags, signal }: RequirementOptions,
): Promise<readonly RequiredPlugin[] | undefined> {
  return withReadOnlySession(context, { path, signal }, ({ session, output }) =>
    readRequirements(session, output, { path, flags }),
  );
}

export async function readRequirements(
  session: UnopenedSession,
  output: Output,
  { path, flags }: Requiring,
): Promise<readonly RequiredPlugin[] | undefined> {
  const loading = { path, flags, syntaxOnly: true, undeclaredVariables: "ignore", readsDataSources: false } as const;
  const { template, isValid } = await loadChecked(session, output, loading);
  return isValid ? template?.requiredPlugins : undefined;
}
