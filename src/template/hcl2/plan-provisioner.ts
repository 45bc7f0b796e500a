import { expandDynamicBlocks, type ScopedBlock } from "../../language/dynamic-blocks.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import type { Body } from "../../language/ast.ts";
import { references } from "../../language/references.ts";
import type { Component, GeneratedData } from "../../sdk/component.ts";
import { buildValueNames } from "../build-values.ts";
import { findComponent } from "../component-lookup.ts";
import {
  POST_PROCESSOR_META,
  PROVISIONER_META,
  readPostProcessorSettings,
  readProvisionerSettings,
} from "../meta-reader.ts";
import type { BuildValueUse, Planned, PlannedPostProcessor, PlannedProvisioner } from "../model.ts";
import { takesPart } from "../only-except.ts";
import { planComponent } from "../plan-component.ts";
import { plainValue, type PlainNotes } from "../plain-value.ts";
import { rebase } from "./base-scope.ts";
import { bodyArguments, type Override } from "./body-arguments.ts";
import { checkStepNames } from "./check-step-names.ts";
import { roundsOf, type Round } from "./for-each.ts";
import type { HclMetaReader } from "./hcl-meta-reader.ts";
import type { IdleSteps } from "./idle-steps.ts";
import type { PlanContext, SourceInBuild } from "./plan-context.ts";
import { invalidForEach } from "../messages/builds.ts";
import { bothOnlyAndExcept } from "../messages/meta-arguments.ts";

/** How provisioner and post-processor blocks of one source in one build are evaluated. */
export interface BlockContext {
  readonly context: PlanContext;
  readonly source: SourceInBuild;
  /** With `build.*` unknown. */
  readonly scope: Scope;
  /** The same with the values that `build.*` has at run time. */
  readonly scopeWith: (data: GeneratedData) => Scope;
  /** Only steps that take part in no build of the block are planned. */
  readonly idle?: IdleSteps | undefined;
}

const common = ["name", "only", "except", "for_each", "enabled"];
const provisionerMeta: ReadonlySet<string> = new Set([...common, ...PROVISIONER_META]);
const postProcessorMeta: ReadonlySet<string> = new Set([...common, ...POST_PROCESSOR_META]);

/** Plans a `provisioner` (or `error-cleanup-provisioner`) block: none, one, or one for each element of `for_each`. */
export function planProvisioner(block: ScopedBlock, at: BlockContext): readonly PlannedProvisioner[] {
  const rounds = readRounds(block, at);
  if (rounds.length === 0) return [];
  const component = findStep("provisioner", block, at);
  if (!component) return [];
  return rounds.map((round) => ({
    ...planRound({ block, round, component, skip: provisionerMeta, override: readOverride(round.meta, at) }, at),
    ...readProvisionerSettings(round.meta),
  }));
}

/**
 * Plans a `post-processor` block likewise. `-except` is not applied here: it ends a chain, which is up to the caller.
 */
export function planPostProcessor(block: ScopedBlock, at: BlockContext): readonly PlannedPostProcessor[] {
  const rounds = readRounds(block, at);
  if (rounds.length === 0) return [];
  const component = findStep("post-processor", block, at);
  if (!component) return [];
  return rounds.map((round) => ({
    ...planRound({ block, round, component, skip: postProcessorMeta }, at),
    ...readPostProcessorSettings(round.meta),
  }));
}

function findStep<Kind extends "provisioner" | "post-processor">(
  kind: Kind,
  { labels }: ScopedBlock,
  { context }: BlockContext,
) {
  const { value: type, range } = labels[0]!;
  return findComponent(context, kind, type, range);
}

/** The rounds of a block that are meant for this source. */
function readRounds(block: ScopedBlock, { context, source, idle }: BlockContext): readonly Round[] {
  if (block.isUnknown) {
    if (idle) return [];
    context.report(invalidForEach("The collection has to be known before the build starts.", block.headerRange));
    return [];
  }
  return roundsOf(block.body, context).filter(({ meta }) => {
    const only = meta.texts("only");
    const except = meta.texts("except");
    if (only && except) context.report(bothOnlyAndExcept(meta.attribute("except")!.nameRange));
    else if (!idle) checkStepNames({ meta, sources: source.namesInBlock }, context);
    const isMeant = idle ? idle.includes({ only, except }) : takesPart({ only, except }, [source.names.address]);
    return isMeant && meta.flag("enabled") !== false;
  });
}

interface StepRound<C extends Component> {
  readonly block: ScopedBlock;
  readonly round: Round;
  readonly component: C;
  /** Names of meta-arguments. */
  readonly skip: ReadonlySet<string>;
  readonly override?: Override | undefined;
}

function planRound<C extends Component>(step: StepRound<C>, at: BlockContext): Planned<C> {
  const { block, round, component, skip, override } = step;
  const { context, source } = at;
  return planComponent({
    component,
    name: round.meta.text("name"),
    range: block.headerRange,
    interpolator: context.interpolator,
    scope: {
      buildName: source.identity.sourceName,
      builderType: source.identity.builderType,
      dataNames: buildValueNames(source.generatedData),
    },
    weak: false,
    metaArguments: skip,
    buildReferences: () => buildReferences(block.content),
    secrets: context.secrets,
    readArguments(data) {
      const scope = data ? rebase(round.scope, at.scope, at.scopeWith(data)) : round.scope;
      const { body, diagnostics } = expandDynamicBlocks(block.content, scope);
      const args = bodyArguments(body, { skip, references: context.references, override });
      return { ...args, diagnostics: [...diagnostics, ...args.diagnostics] };
    },
  });
}

function buildReferences(body: Body): readonly BuildValueUse[] {
  return references(body).flatMap(({ root, steps: [step], range }) =>
    root === "build" && step ? [{ name: String(step.key), range }] : [],
  );
}

/** The part of `override = { label = { … } }` that is meant for this source, by its label alone. */
function readOverride(meta: HclMetaReader, { source, idle }: BlockContext): Override | undefined {
  const attribute = meta.attribute("override");
  const overrides = meta.objects("override");
  if (!attribute || !overrides) return undefined;
  const key = idle ? [...overrides.keys()][0] : source.names.label;
  if (key === undefined || !overrides.has(key)) return undefined;
  const notes: PlainNotes = { sensitivePaths: [], secrets: [] };
  const input = plainValue(overrides.get(key)!, [], notes);
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
  return { input: input as Record<string, unknown>, notes, expression: attribute.expression, key };
}
