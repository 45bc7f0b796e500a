import type { RequiredPlugin } from "../../../template/model.ts";
import type { CommandContext, FlagValues } from "../../command.ts";
import { loadChecked } from "../../load-checked.ts";
import { withReadOnlySession } from "../../read-only-session.ts";
import type { templateFlags } from "../../template-flags.ts";

export interface RequirementOptions {
  readonly path: string;
  readonly flags: FlagValues<typeof templateFlags>;
  readonly signal: AbortSignal;
}

/** The `required_plugins` of a template; `undefined`, after saying why, when it cannot be read. */
export function loadPluginRequirements(
  context: CommandContext,
  { path, flags, signal }: RequirementOptions,
): Promise<readonly RequiredPlugin[] | undefined> {
  return withReadOnlySession(context, { path, signal }, async ({ session, output }) => {
    const loading = { path, flags, syntaxOnly: true, undeclaredVariables: "ignore", readsDataSources: false } as const;
    const { template, isValid } = await loadChecked(session, output, loading);
    return isValid ? template?.requiredPlugins : undefined;
  });
}
