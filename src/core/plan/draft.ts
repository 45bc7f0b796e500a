import { createHash } from "node:crypto";
import type { Plugin } from "../../sdk/plugin.ts";
import type { RunDirectories } from "../../sdk/run.ts";
import type { BuildPlan, Template } from "../../template/model.ts";
import { needsOfBuild } from "./build-needs.ts";
import { contentKey, createKeyMemory, type KeyMemory } from "./content-key.ts";
import { exactPattern } from "./exact-pattern.ts";
import type { InputReader, ReadInput } from "./unit-inputs.ts";
import { unitNeeds } from "./unit-needs.ts";
import type { Unit } from "./unit.ts";

/** A unit by itself, before it is seen beside the others. */
export interface Draft extends Pick<Unit, "id" | "build" | "builder" | "template" | "command" | "key" | "needs"> {
  readonly plan: BuildPlan;
  readonly inputs: readonly ReadInput[];
  readonly writes: readonly string[];
  readonly appends: readonly string[];
}

export interface DraftOptions {
  /** Where the commands are run: `work` is where relative paths start. */
  readonly directories: Omit<RunDirectories, "template">;
  readonly builtIn: readonly Plugin[];
  readonly redact: (text: string) => string;
  readonly readInputs: InputReader;
  /** Arguments of the command that give the variables their values. */
  readonly variableArguments: (template: Template) => readonly string[];
}

/** The builds of a template as they are handed out, in its order. */
export async function draftUnits(template: Template, options: DraftOptions): Promise<readonly Draft[]> {
  const drafts: Draft[] = [];
  const memory = createKeyMemory();
  // One after the other: files are read beside each other within each.
  for (const plan of template.builds) drafts.push(await draftUnit(template, plan, { ...options, memory }));
  return drafts;
}

interface Drafting extends DraftOptions {
  readonly memory: KeyMemory;
}

async function draftUnit(template: Template, plan: BuildPlan, options: Drafting): Promise<Draft> {
  const { builtIn, redact, readInputs, variableArguments, memory } = options;
  const directories = { ...options.directories, template: template.directory };
  const { name, builderType } = plan.identity;
  const path = template.path.replaceAll("\\", "/");
  const needs = needsOfBuild(plan, memory.decode);
  const inputs = await readInputs(plan, directories);
  return {
    id: createHash("sha256").update(`${path}\0${name}`).digest("hex").slice(0, 12),
    build: name,
    builder: builderType,
    template: path,
    command: ["imgbuild", "build", `-only=${exactPattern(name)}`, ...variableArguments(template), asArgument(path)],
    key: await contentKey(plan, { directories, redact, readInputs: async () => inputs, memory }),
    needs: unitNeeds(template, needs, builtIn),
    plan,
    inputs: inputs.map((input) => ({ ...input, value: redact(input.value) })),
    writes: needs.flatMap(({ writes = [] }) => writes),
    appends: needs.flatMap(({ appends = [] }) => appends),
  };
}

/** What begins with a dash would be a flag. */
const asArgument = (path: string): string => (path.startsWith("-") ? `./${path}` : path);
