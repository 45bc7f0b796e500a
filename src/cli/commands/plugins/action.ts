import type { CommandContext } from "../../command.ts";
import type { PluginFlags } from "./flags.ts";

export interface ActionInput {
  /** What came after the action. */
  readonly rest: readonly string[];
  readonly given: PluginFlags;
  readonly signal: AbortSignal;
}

/** One of `plugins installed`, `plugins install`, …; resolves to the exit code. */
export type Action = (context: CommandContext, input: ActionInput) => Promise<number>;
