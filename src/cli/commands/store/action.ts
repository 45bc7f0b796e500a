import type { CommandContext, FlagValues } from "../../command.ts";
import type { outputFlags } from "../../output-flags.ts";

interface StoreFlags extends FlagValues<typeof outputFlags> {
  readonly older: string | undefined;
  readonly keep: string | undefined;
  readonly checkpoints: boolean;
  readonly latest: boolean;
  readonly force: boolean;
  readonly "metadata-file": string | undefined;
}

export interface StoreInput {
  readonly address: string;
  /** As the user named them. */
  readonly builds: readonly string[];
  readonly flags: StoreFlags;
}

export type StoreAction = (context: CommandContext, input: StoreInput) => Promise<number>;
