import type { Component, GeneratedData } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import type { BuildPlan, Planned } from "../../template/model.ts";
import { positionOf } from "../../language/position.ts";
import { canonicalText } from "../checkpoints/canonical.ts";
import type { BuildRun } from "./build-run.ts";

export interface StepToRenew<P> {
  readonly planned: P;
  /** `shell provisioner "install"`. */
  readonly what: string;
  /** The step of the same place in a plan that was read anew. */
  readonly find: (plan: BuildPlan) => P | undefined;
  /** What `build.*` means. */
  readonly data: GeneratedData;
}

/** A step as the template has it now, for another try; says what is different. */
export async function renewStep<P extends Planned<Component>>(run: BuildRun, step: StepToRenew<P>): Promise<P> {
  const plan = await run.reread();
  if (plan === undefined) return step.planned;
  const renewed = step.find(plan);
  if (renewed?.type !== step.planned.type) throw isGone(step.what);
  run.say(describeChange(step, renewed));
  return renewed;
}

function isGone(what: string): BuildError {
  return new BuildError(`The template has no ${what} in this place any more, so it was not run again.`, {
    hint: "Put it back and retry, or clean up and build again.",
  });
}

function describeChange<P extends Planned<Component>>({ planned, what, data }: StepToRenew<P>, renewed: P): string {
  const names = changedArguments(argumentsOf(planned, data), argumentsOf(renewed, data));
  if (names.length === 0) return `The template has the ${what} as it was.`;
  const changed = names.length === 1 ? `${names[0]} has changed` : `${names.join(", ")} have changed`;
  return `The ${what} was read anew${placeOf(renewed)}: ${changed}. The other steps are as they were.`;
}

type Arguments = Readonly<Record<string, unknown>>;

/** The arguments of the component, and those that every step has. */
function argumentsOf(planned: Planned<Component>, data: GeneratedData): Arguments {
  const { component: _component, type: _type, range: _range, decode: _decode, diagnose: _diagnose, ...meta } = planned;
  return { ...meta, ...(planned.decode(data).config as Arguments | undefined) };
}

function changedArguments(before: Arguments, after: Arguments): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => canonicalText(before[name]) !== canonicalText(after[name]));
  return changed.map((name) => META_NAMES[name] ?? name).sort();
}

/** How the template spells what every step has. */
const META_NAMES: Readonly<Record<string, string>> = {
  pauseBeforeMs: "pause_before",
  timeoutMs: "timeout",
  maxRetries: "max_retries",
  continueOnError: "continue_on_error",
  keepInputArtifact: "keep_input_artifact",
  checkpointKey: "checkpoint_key",
};

function placeOf({ range }: Planned<Component>): string {
  return range ? ` from ${range.file.name} line ${positionOf(range.file, range.start).line}` : "";
}
