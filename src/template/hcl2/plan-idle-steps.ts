import { objectValue, STRING, unknownValue } from "../../language/value.ts";
import { buildValue } from "../build-values.ts";
import { componentsOf } from "../planned-of.ts";
import { NOT_KNOWN_YET } from "./hcl-meta-reader.ts";
import { IdleSteps } from "./idle-steps.ts";
import type { PlanContext, PlannedBlock, SourceInBuild } from "./plan-context.ts";
import { planSteps } from "./plan-steps.ts";

/**
 * Steps that take part in no build (because of `only`, or because the sources of their block are not there) are decoded
 * all the same, as for a source of which nothing is known.
 */
export function planIdleSteps(context: PlanContext): void {
  for (const block of context.notes.blocks) planIdleStepsOf(block, context);
}

function planIdleStepsOf({ block, name, scope, members }: PlannedBlock, context: PlanContext): void {
  const { notes } = context;
  // What -only leaves out is nobody's concern now.
  if (members.length > 0 && !members.some(({ isSelected }) => isSelected)) return;
  const idle = new IdleSteps(members);
  const source: SourceInBuild = {
    identity: { name: "", builderType: "", sourceName: "" },
    names: { label: "", address: "", displayed: "", isOpen: true },
    namesInBlock: [],
    blockName: name ?? "",
    generatedData: "any",
    buildBefore: buildValue(name ?? "", "any", undefined),
    value: objectValue({ type: unknownValue(STRING), name: unknownValue(STRING) }),
  };
  const quiet: PlanContext = {
    ...context,
    report: (...found) => context.report(...found.filter(({ code }) => code !== NOT_KNOWN_YET)),
  };
  const steps = planSteps(block, { source, scope, idle }, quiet);
  const isMistaken = notes.isIncomplete || members.length === 0;
  context.decodeOnly(componentsOf(steps), isMistaken ? "mistaken" : "idle");
}
