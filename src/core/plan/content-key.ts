import type { KeyInputs } from "../../sdk/checkpoint.ts";
import type { RunDirectories } from "../../sdk/run.ts";
import type { BuildPlan, PlannedPostProcessor } from "../../template/model.ts";
import { canonicalText } from "../checkpoints/canonical.ts";
import { keyMachine, keyProvisioner, type Keying } from "../checkpoints/key-chain.ts";
import type { DecodeAhead, ReadFiles } from "../checkpoints/step-inputs.ts";
import { createDecodeOnce } from "./decode-once.ts";
import { sha256Of } from "./sha256-of.ts";
import { createInputReader, type InputReader } from "./unit-inputs.ts";

export interface ContentKeying {
  readonly directories: RunDirectories;
  /** Secrets are no part of a key: nobody can guess one by it, and a new password makes no other image. */
  readonly redact: (text: string) => string;
  readonly readInputs?: InputReader;
  /** Of builds that are keyed with the same secrets: what is the same in many of them is worked out once. */
  readonly memory?: KeyMemory;
}

/** Of the builds of one template. */
export interface KeyMemory {
  digestOf(text: string, digest: (text: string) => string): string;
  readonly readFiles: ReadFiles;
  readonly decode: DecodeAhead;
}

export function createKeyMemory(): KeyMemory {
  const digests = new Map<string, string>();
  const files = new Map<string, ReturnType<ReadFiles>>();
  return {
    digestOf: (text, digest) => {
      const known = digests.get(text) ?? digest(text);
      digests.set(text, known);
      return known;
    },
    readFiles: (component, config, directories) => {
      const name = canonicalText([component.type, config]);
      const known = files.get(name) ?? Promise.resolve(component.filesRead?.(config, directories));
      files.set(name, known);
      return known;
    },
    decode: createDecodeOnce(),
  };
}

/**
 * One digest of all a build depends on: arguments and files of its builder, its provisioners and its post-processors, keyed
 * as checkpoints are. The same on every computer. `undefined` where something cannot be known before it runs, or is to run
 * in each build.
 */
export async function contentKey(plan: BuildPlan, keying: ContentKeying): Promise<string | undefined> {
  const { directories, readInputs = createInputReader(), memory = createKeyMemory() } = keying;
  const digestText = (text: string): string => sha256Of(keying.redact(text));
  const digest = (value: unknown): string => memory.digestOf(canonicalText(value), digestText);
  const { config } = plan.builder.decode();
  if (config === undefined) return undefined;
  const inputs = await readInputs(plan, directories);
  const files = inputs.map(({ argument, value, kind, digest: content }) => [argument, value, kind, content]);
  const chain: Keying = { plan, directories, digest, readFiles: memory.readFiles, decode: memory.decode };
  let step = keyMachine({ ...(config as KeyInputs), " files": files }, chain);
  for (const planned of plan.provisioners) step = await keyProvisioner(planned, step, chain);
  if (step.runsAlways !== undefined) return undefined;
  const chains = plan.chains.map((links) => links.map((link) => argumentsOf(link, plan, memory.decode)));
  return chains.flat().includes(undefined) ? undefined : digest({ machine: step.key, chains });
}

function argumentsOf(planned: PlannedPostProcessor, { builder }: BuildPlan, decode: DecodeAhead): object | undefined {
  const config = decode(planned, builder);
  const { type, keepInputArtifact: keep = null } = planned;
  return config === undefined ? undefined : { type, keep, config };
}
