import { resolve } from "node:path";
import { FILE_INPUT } from "../../sdk/file-inputs.ts";
import type { Component, GeneratedData } from "../../sdk/component.ts";
import type { KeyInputs } from "../../sdk/checkpoint.ts";
import { BUILD_VALUES } from "../../sdk/build-values.ts";
import type { RunDirectories } from "../../sdk/run.ts";
import type { BuildPlan, Planned, PlannedProvisioner } from "../../template/model.ts";

/** The files that a provisioner reads, by its component and its arguments. */
export type ReadFiles = (
  component: PlannedProvisioner["component"],
  config: unknown,
  directories: RunDirectories,
) => Promise<KeyInputs | undefined>;

/** The arguments of what runs after the builder, before there is a machine; `undefined` where they cannot be known. */
export type DecodeAhead = (planned: Planned<Component>, builder: BuildPlan["builder"]) => unknown;

interface Reading {
  readonly directories: RunDirectories;
  readonly readFiles?: ReadFiles | undefined;
  readonly decode?: DecodeAhead | undefined;
}

/** What a provisioner depends on; `undefined` where that cannot be known before it runs. */
export async function provisionerInputs(
  planned: PlannedProvisioner,
  { builder }: Pick<BuildPlan, "builder">,
  { directories, readFiles = readAnew, decode = decodeAhead }: Reading,
): Promise<KeyInputs | undefined> {
  const config = decode(planned, builder);
  if (config === undefined) return undefined;
  return {
    type: planned.type,
    ...prefixed("argument ", config as KeyInputs),
    ...prefixed("", (await readFiles(planned.component, config, directories)) ?? {}),
    checkpoint_key: planned.checkpointKey,
  };
}

const readAnew: ReadFiles = async (component, config, directories) => component.filesRead?.(config, directories);

/** Absolute paths of what the provisioners of a build read. */
export async function filesReadBy(plan: BuildPlan, directories: RunDirectories): Promise<readonly string[]> {
  const inputs = await Promise.all(
    plan.provisioners.map(async (planned) => {
      const { component } = planned;
      const config = decodeAhead(planned, plan.builder);
      return config === undefined ? {} : ((await component.filesRead?.(config, directories)) ?? {});
    }),
  );
  const names = inputs.flatMap((values) => Object.keys(values)).filter((name) => name.startsWith(FILE_INPUT));
  return names.map((name) => resolve(directories.work, name.slice(FILE_INPUT.length)));
}

/** With the files and the environment as they are now. */
export const decodeAhead: DecodeAhead = (planned, builder) =>
  planned.decode(placeholders(builder.component.generatedData)).config;

/** A machine has other ports and addresses each time it runs, and they do not make it another machine. */
function placeholders(own: readonly string[] | "any"): GeneratedData {
  const names = own === "any" ? BUILD_VALUES : [...BUILD_VALUES, ...own];
  return Object.fromEntries(names.map((name) => [name, `<build.${name}>`]));
}

function prefixed(prefix: string, inputs: KeyInputs): KeyInputs {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`${prefix}${name}`, value]));
}
