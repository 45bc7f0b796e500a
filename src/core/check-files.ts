import type { Diagnostic } from "../language/diagnostic.ts";
import type { CheckPlaces, Component } from "../sdk/component.ts";
import type { ConfigIssue } from "../sdk/schema/schema.ts";
import type { BuildPlan, Planned } from "../template/model.ts";
import { plannedOf } from "../template/planned-of.ts";

export interface CheckedComponents {
  readonly builds: readonly BuildPlan[];
  /** Components of builds that cannot come to exist. */
  readonly unbuilt?: readonly Planned<Component>[] | undefined;
}

export interface CheckFilesOptions extends CheckPlaces {
  /** This is the machine that builds: what it lacks is an error. */
  readonly buildsHere: boolean;
}

interface CheckOneOptions extends CheckFilesOptions {
  /** An earlier step runs on this machine, and may bring what it lacks. */
  readonly mayBeBrought?: boolean;
}

/** What is wrong with the files that the arguments of all components name: the same mistake at the same place once. */
export async function checkFiles(
  { builds, unbuilt = [] }: CheckedComponents,
  options: CheckFilesOptions,
): Promise<readonly Diagnostic[]> {
  const found = await Promise.all([
    ...builds.flatMap((plan) => checkPlan(plan, options)),
    ...unbuilt.map((planned) => checkOne(planned, options)),
  ]);
  const byPlace = new Map(found.flat().map((diagnostic) => [placeOf(diagnostic), diagnostic]));
  return [...byPlace.values()];
}

/** After a step that runs on this machine nobody can tell what it still lacks: that step may bring it. */
function checkPlan(plan: BuildPlan, options: CheckFilesOptions): readonly Promise<readonly Diagnostic[]>[] {
  const all = plannedOf(plan);
  const onHost = all.findIndex(({ component }) => component.kind === "provisioner" && component.onHost === true);
  const last = onHost === -1 ? all.length : onHost;
  return all.map((planned, index) => {
    return checkOne(planned, { ...options, build: plan.identity, mayBeBrought: index > last });
  });
}

async function checkOne(planned: Planned<Component>, options: CheckOneOptions): Promise<readonly Diagnostic[]> {
  if (!planned.component.checkFiles) return [];
  const { config } = planned.decode();
  if (config === undefined) return [];
  const issues = await planned.component.checkFiles(config, options);
  const unsaid = issues.filter(({ saidByRun = false }) => !(saidByRun && options.buildsHere));
  return planned.diagnose(unsaid.map((issue) => weighed(issue, options)));
}

function weighed(issue: ConfigIssue, { buildsHere, mayBeBrought = false }: CheckOneOptions): ConfigIssue {
  if (!issue.ofHost || (buildsHere && !mayBeBrought)) return issue;
  return { ...issue, severity: "warning" };
}

function placeOf({ subject, summary, detail }: Diagnostic): string {
  return `${subject?.file.name}:${subject?.start} ${summary} ${detail}`;
}
