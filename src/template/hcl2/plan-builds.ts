import type { Block } from "../../language/ast.ts";
import type { SourceRange } from "../../language/source.ts";
import { objectValue, stringValue, type Value } from "../../language/value.ts";
import { buildValue } from "../build-values.ts";
import { findComponent } from "../component-lookup.ts";
import type { BuildPlan } from "../model.ts";
import { noting } from "../plan-until-loaded.ts";
import { componentsOf } from "../planned-of.ts";
import { checkShape } from "./check-shape.ts";
import { buildShape, IN_BUILD_BLOCK } from "./build-shape.ts";
import { readBuildSources, type SourceReference } from "./build-sources.ts";
import { roundsOf, type Round } from "./for-each.ts";
import { planBuilder } from "./plan-builder.ts";
import type { PlanContext, PlannedBlock, SourceInBuild, SourceNames } from "./plan-context.ts";
import { planIdleSteps } from "./plan-idle-steps.ts";
import { planUnusedSources } from "./plan-unused-sources.ts";
import { planSteps } from "./plan-steps.ts";
import { checkRegistry } from "./check-registry.ts";
import { duplicateBuild } from "../messages/builds.ts";

/**
 * Every selected build of a template. Synchronous and without side effects but `report`, so that it can be repeated.
 */
export function planBuilds(given: Omit<PlanContext, "notes">): readonly BuildPlan[] {
  const context: PlanContext = {
    ...given,
    notes: { used: new Set(), isIncomplete: false, isComputed: false, blocks: [] },
  };
  const seen = new Map<string, SourceRange>();
  checkRegistry(context.declarations.registries, context.scope, context);
  const builds = context.declarations.builds.flatMap((block) => {
    const shaped = checkShape(block.body, buildShape, IN_BUILD_BLOCK);
    context.report(...shaped.diagnostics);
    checkRegistry(shaped.blocks, context.scope, context);
    // What has no place in a build block was reported and is left out.
    const known: Block = { ...block, body: { ...block.body, blocks: shaped.blocks } };
    return planBuildBlock(known, context, seen);
  });
  planIdleSteps(context);
  planUnusedSources(context);
  return builds;
}

/** A `build` block in one round of its `for_each`. */
interface BuildInstance extends PlannedBlock {
  readonly description: string | undefined;
  readonly references: readonly SourceReference[];
  /** The names of all sources, those that are not selected or disabled too. */
  readonly names: readonly SourceNames[];
  /** `build.*` before the machine runs, by what a builder adds to it: the same for most sources. */
  readonly buildBefore: Map<SourceInBuild["generatedData"], Value>;
  /** Names of builds so far, over all build blocks. */
  readonly seen: Map<string, SourceRange>;
}

function planBuildBlock(block: Block, context: PlanContext, seen: Map<string, SourceRange>): readonly BuildPlan[] {
  return planRounds(block, context, ({ meta, key, scope }) => {
    const name = meta.text("name") ?? key;
    const references = readBuildSources(block, scope, context);
    const description = meta.text("description");
    const names = namesInBlock({ references, name }, context);
    const buildBefore: BuildInstance["buildBefore"] = new Map();
    const build: BuildInstance = { block, name, description, scope, references, names, buildBefore, seen, members: [] };
    context.notes.blocks.push(build);
    return references.flatMap((reference) => planSource(reference, build, context));
  });
}

function planSource(reference: SourceReference, build: BuildInstance, context: PlanContext): readonly BuildPlan[] {
  return planRounds(reference.declaration, context, (round) => planInstance({ reference, round, build }, context));
}

function planRounds(
  { body }: Block,
  context: PlanContext,
  plan: (round: Round) => readonly BuildPlan[],
): readonly BuildPlan[] {
  const rounds = roundsOf({ attributes: body.attributes, scope: context.scope }, context);
  return rounds.flatMap((round) => {
    const isEnabled = round.meta.flag("enabled") ?? true;
    return isEnabled ? plan(round) : [];
  });
}

/** A source in one round of its `for_each`, as part of a build. */
interface SourceInstance {
  readonly reference: SourceReference;
  readonly round: Round;
  readonly build: BuildInstance;
}

/** One build, or none where it is not selected or has no builder. */
function planInstance(instance: SourceInstance, context: PlanContext): readonly BuildPlan[] {
  const { reference, round, build } = instance;
  const { type, declaration, range } = reference;
  const names = namesOf(instance);
  const isSelected = context.selection.selectsBuild(names.displayed);
  build.members.push({ names: [names.address], isSelected });
  if (!isSelected) return [];
  const first = build.seen.get(names.displayed);
  if (first) context.report(duplicateBuild(names.displayed, range, first));
  build.seen.set(names.displayed, range);
  let isBlocked = false;
  const inner = { ...context, report: noting(context.report, () => (isBlocked = true)) };
  const builder = findComponent(inner, "builder", type, declaration.labels[0]!.range);
  const generatedData = builder?.generatedData ?? "any";
  const source: SourceInBuild = {
    identity: { name: names.displayed, builderType: type, sourceName: names.label },
    names,
    namesInBlock: build.names,
    blockName: build.name ?? "",
    generatedData,
    buildBefore: buildBefore(build, generatedData),
    value: objectValue({ type: stringValue(type), name: stringValue(names.label) }),
  };
  const steps = planSteps(build.block, { source, scope: build.scope }, inner);
  context.noteBuild(names.displayed, isBlocked);
  if (!builder) {
    context.decodeOnly(componentsOf(steps), "mistaken");
    return [];
  }
  const plan: BuildPlan = {
    identity: source.identity,
    blockName: build.name,
    blockRange: build.block.headerRange,
    description: build.description,
    builder: planBuilder({ component: builder, reference, scope: round.scope, source }, context),
    ...steps,
  };
  return [plan];
}

function buildBefore(
  { name = "", buildBefore: known }: BuildInstance,
  generated: SourceInBuild["generatedData"],
): Value {
  const value = known.get(generated) ?? buildValue(name, generated, undefined);
  known.set(generated, value);
  return value;
}

type NamedBuild = Pick<BuildInstance, "references" | "name">;

function namesInBlock(build: NamedBuild, context: PlanContext): readonly SourceNames[] {
  return build.references.flatMap((reference) => {
    const { attributes } = reference.declaration.body;
    const rounds = roundsOf({ attributes, scope: context.scope }, context);
    const open = { ...namesOf({ reference, build, round: undefined }), isOpen: true };
    return rounds.length === 0 ? [open] : rounds.map((round) => namesOf({ reference, round, build }));
  });
}

interface Namespace {
  readonly build: Pick<NamedBuild, "name">;
  readonly round: Round | undefined;
}

function namesOf({ reference, round, build }: Pick<SourceInstance, "reference"> & Namespace): SourceNames {
  const { type, name, rename } = reference;
  const base = rename ?? name;
  const label = round?.key === undefined ? base : `${base}-${round.key}`;
  const address = `${type}.${label}`;
  const displayed = build.name === undefined ? address : `${build.name}.${address}`;
  return { label, address, displayed, isOpen: false };
}
