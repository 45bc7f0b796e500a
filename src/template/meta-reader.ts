import { parseDuration } from "../lib/duration.ts";
import type { PlannedPostProcessor, PlannedProvisioner } from "./model.ts";

/**
 * Reads the arguments of a build or of one of its steps that belong to the template rather than to the component:
 * `pause_before`, `only` and the like. There is one reader for each syntax. What is wrong with an argument is reported
 * at its place, and the argument then counts as not given.
 */
export interface MetaReader {
  text(name: string): string | undefined;
  texts(name: string): readonly string[] | undefined;
  flag(name: string): boolean | undefined;
  /** A whole number from 0. */
  count(name: string): number | undefined;
  /** Milliseconds, from 0. */
  duration(name: string): number | undefined;
}

/** Meta-arguments of provisioners and of post-processors in both syntaxes, beside those for choosing builds. */
export const PROVISIONER_META = [
  "pause_before",
  "timeout",
  "max_retries",
  "continue_on_error",
  "override",
  "checkpoint",
  "checkpoint_key",
  "always",
] as const;
export const POST_PROCESSOR_META = ["keep_input_artifact"] as const;

type ProvisionerSettings = Pick<
  PlannedProvisioner,
  "pauseBeforeMs" | "timeoutMs" | "maxRetries" | "continueOnError" | "checkpoint" | "checkpointKey" | "always"
>;

export function readProvisionerSettings(meta: MetaReader): ProvisionerSettings {
  return {
    pauseBeforeMs: meta.duration("pause_before") ?? 0,
    timeoutMs: meta.duration("timeout") || undefined,
    maxRetries: meta.count("max_retries") ?? 0,
    continueOnError: meta.flag("continue_on_error") ?? false,
    checkpoint: meta.flag("checkpoint") ?? true,
    checkpointKey: meta.texts("checkpoint_key") ?? [],
    always: meta.flag("always") ?? false,
  };
}

export function readPostProcessorSettings(meta: MetaReader): Pick<PlannedPostProcessor, "keepInputArtifact"> {
  return { keepInputArtifact: meta.flag("keep_input_artifact") };
}

/** What the value of a meta-argument has to be. Completes `Inappropriate value for "name": …`. */
export const REQUIRED = {
  flag: "true or false is required",
  count: "a whole number from 0 is required",
  duration: 'a duration such as "30s", "5m" or "1h30m" is required',
  objects: "an object of objects by the names of sources is required, such as { name = { … } }",
} as const;

/** The milliseconds of a duration that is not negative. */
export function parseMetaDuration(text: string): number | undefined {
  const duration = parseDuration(text);
  if (duration === undefined || duration < 0) return undefined;
  return duration;
}
