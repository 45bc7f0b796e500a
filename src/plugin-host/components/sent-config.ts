import type { ConfigPart } from "../calls/plugin-config.ts";

/** A configuration on its way to a component. */
export interface SentConfig {
  readonly parts: readonly ConfigPart[];
  /** Equal for configurations that mean the same to the component. */
  readonly key: string;
  /** It takes the place of one that the same process was given before. */
  readonly isRepeatable: boolean;
}
