import type { KeyInputs } from "../../sdk/checkpoint.ts";
import type { RunDirectories } from "../../sdk/run.ts";
import type { BuildPlan, PlannedPostProcessor } from "../../template/model.ts";
import { canonicalText } from "../checkpoints/canonical.ts";
import { keyMachine, keyProvisioner, type Keying } from "../checkpoints/key-chain.ts";
import { decodeAhead } from "../checkpoints/step-inputs.ts";
import { sha256Of } from "./sha256-of.ts";
import { createInputReader, type InputReader } from "./unit-inputs.ts";

export interface ContentKeying {
  readonly directories: RunDirectories;
  /** Secrets are no part of a key: nobody can guess one by it, and a new password makes no other image. */
  readonly redact: (text: string) => string;
  readonly readInputs?: InputReader;
}

/**
 * One digest of all a build depends on: arguments and files of its builder, its provisioners and its post-processors, keyed
 * as checkpoints are. The same on every computer. `undefined` where something cannot be known before it runs, or is to run
 * in each build.
 */
export async function contentKey(plan: BuildPlan, keying: ContentKeying): Promise<string | undefined> {
  const { directories, readInputs = createInputReader() } = keying;
  const digest = (value: unknown): string => sha256Of(keying.redact(canonicalText(value)));
  const { config } = plan.builder.decode();
  if (config === undefined) return undefined;
  const inputs = await readInputs(plan, directories);
  const files = inputs.map(({ argument, value, kind, digest: content }) => [argument, value, kind, content]);
  const chain: Keying = { plan, directories, digest };
  let step = keyMachine({ ...(config as KeyInputs), " files": files }, chain);
  for (const planned of plan.provisioners) step = await keyProvisioner(planned, step, chain);
  if (step.runsAlways !== undefined) return undefined;
  const chains = plan.chains.map((links) => links.map((link) => argumentsOf(link, plan)));
  return chains.flat().includes(undefined) ? undefined : digest({ machine: step.key, chains });
}

function argumentsOf(planned: PlannedPostProcessor, { builder }: BuildPlan): object | undefined {
  const config = decodeAhead(planned, builder);
  const { type, keepInputArtifact: keep = null } = planned;
  return config === undefined ? undefined : { type, keep, config };
}
