import type { Block } from "../../language/ast.ts";
import { expandDynamicBlocks, type ScopedBlock, type ScopedBody } from "../../language/dynamic-blocks.ts";
import { childScope, lookUpVariable } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { entriesOf, objectValue, stringValue, type Value } from "../../language/value.ts";
import type { Builder } from "../../sdk/component.ts";
import { buildValue } from "../build-values.ts";
import { error } from "../diagnostics.ts";
import type { BuildPlan, Planned, PlannedPostProcessor } from "../model.ts";
import { planComponent } from "../planned.ts";
import { checkShape, unexpectedBlock, type BlockShape } from "./block-shape.ts";
import { bodyArguments } from "./body-arguments.ts";
import { readBuildSources, type SourceReference } from "./build-sources.ts";
import { roundsOf, type Round } from "./for-each.ts";
import { MetaArguments } from "./meta-arguments.ts";
import { findComponent, type PlanContext, type SourceInBuild } from "./plan-context.ts";
import { planPostProcessor, planProvisioner, type BlockContext } from "./plan-provisioner.ts";

const buildShape: BlockShape = {
  attributes: ["name", "description", "sources", "for_each", "enabled"],
  blocks: {
    source: ["address"],
    provisioner: ["type"],
    "error-cleanup-provisioner": ["type"],
    "post-processor": ["type"],
    "post-processors": [],
    hcp_packer_registry: [],
    dynamic: ["type"],
  },
};

/** Every selected build of a template. Synchronous and without side effects but `report`, so that it can be repeated. */
export function planBuilds(context: PlanContext): readonly BuildPlan[] {
  const plans: BuildPlan[] = [];
  const seen = new Map<string, SourceRange>();
  for (const block of context.declarations.builds) {
    const shaped = checkShape(block.body, buildShape, 'in a "build" block');
    context.report(...shaped.diagnostics);
    // What has no place in a build block was reported and is left out.
    const known: Block = { ...block, body: { ...block.body, blocks: shaped.blocks } };
    for (const plan of planBuildBlock(known, context, seen)) plans.push(plan);
  }
  return plans;
}

function planBuildBlock(block: Block, context: PlanContext, seen: Map<string, SourceRange>): readonly BuildPlan[] {
  const outer = new MetaArguments({ ...block.body, scope: context.scope }, context.references, context.report);
  return roundsOf(outer, context.scope, context.report).flatMap((round) => {
    const meta = new MetaArguments({ ...block.body, scope: round.scope }, context.references, context.report);
    if (meta.flag("enabled") === false) return [];
    const name = meta.text("name") ?? round.key;
    const build: BuildInstance = { block, name, description: meta.text("description"), scope: round.scope, seen };
    return readBuildSources(block, round.scope, context).flatMap((reference) => planSource(reference, build, context));
  });
}

/** A `build` block in one round of its `for_each`. */
interface BuildInstance {
  readonly block: Block;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly scope: Scope;
  /** Names of builds so far, over all build blocks. */
  readonly seen: Map<string, SourceRange>;
}

function planSource(reference: SourceReference, build: BuildInstance, context: PlanContext): readonly BuildPlan[] {
  const { declaration } = reference;
  const outer = new MetaArguments({ ...declaration.body, scope: context.scope }, context.references, context.report);
  return roundsOf(outer, context.scope, context.report).flatMap((round) => {
    const meta = new MetaArguments({ ...declaration.body, scope: round.scope }, context.references, context.report);
    if (meta.flag("enabled") === false) return [];
    const plan = planInstance(reference, round, build, context);
    return plan ? [plan] : [];
  });
}

function planInstance(
  reference: SourceReference,
  round: Round,
  build: BuildInstance,
  context: PlanContext,
): BuildPlan | undefined {
  const { type, name, rename } = reference;
  const base = rename ?? name;
  const sourceName = round.key === undefined ? base : `${base}-${round.key}`;
  const short = `${type}.${sourceName}`;
  const displayed = build.name === undefined ? short : `${build.name}.${short}`;
  if (!context.selection.selectsBuild(displayed, short)) return undefined;
  const first = build.seen.get(displayed);
  if (first) context.report(duplicateBuild(displayed, reference.range, first));
  build.seen.set(displayed, reference.range);
  const builder = findComponent(context, "builder", type, reference.declaration.labels[0]!.range);
  if (!builder) return undefined;
  const source: SourceInBuild = {
    identity: { name: displayed, builderType: type, sourceName },
    names: [...new Set([sourceName, short, displayed, `${type}.${base}`, base, `${type}.${name}`])],
    blockName: build.name ?? "",
    generatedData: builder.generatedData,
  };
  const sourceValue = objectValue({ type: stringValue(type), name: stringValue(sourceName) });
  return {
    identity: source.identity,
    blockName: build.name,
    blockRange: build.block.headerRange,
    description: build.description,
    builder: planBuilder(builder, reference, round.scope, sourceValue, source, context),
    ...planSteps(build, sourceValue, source, context),
  };
}

const sourceMeta: ReadonlySet<string> = new Set(["for_each", "enabled", "name"]);

function planBuilder(
  component: Builder,
  reference: SourceReference,
  outer: Scope,
  sourceValue: Value,
  source: SourceInBuild,
  context: PlanContext,
): Planned<Builder> {
  const { declaration, extra } = reference;
  return planComponent({
    component,
    range: declaration.headerRange,
    interpolator: context.interpolator,
    scope: { buildName: source.identity.sourceName, builderType: source.identity.builderType },
    weak: false,
    metaArguments: sourceMeta,
    onSecrets: context.onSecrets,
    readArguments() {
      const scope = childScope(outer, [["source", sourceValue]]);
      const { body, diagnostics } = expandDynamicBlocks(declaration.body, scope);
      const own = bodyArguments(body, {
        references: context.references,
        skip: extra ? sourceMeta : sourceDeclarationMeta,
      });
      const args = extra ? merge(own, addedArguments(extra, sourceValue, context)) : own;
      return { ...args, diagnostics: [...diagnostics, ...args.diagnostics] };
    },
  });
}

const sourceDeclarationMeta: ReadonlySet<string> = new Set(["for_each", "enabled"]);

/** The arguments of a `source` block inside a build. */
function addedArguments(extra: ScopedBlock, sourceValue: Value, context: PlanContext) {
  const scope = childScope(extra.body.scope, [["source", withIterator(sourceValue, extra)]]);
  const { body } = expandDynamicBlocks(extra.content, scope);
  return bodyArguments(body, { references: context.references, skip: sourceMeta });
}

/** In `dynamic "source"` the iterator has the same name: `source.key` and `source.value` are beside `source.name`. */
function withIterator(sourceValue: Value, { origin, body }: ScopedBlock): Value {
  const iterator = origin && lookUpVariable(body.scope, "source");
  if (!iterator || !(iterator.content instanceof Map)) return sourceValue;
  return objectValue([...entriesOf(iterator), ...entriesOf(sourceValue)]);
}

type Arguments = ReturnType<typeof bodyArguments>;

/** Arguments of the build's own block override those of the source; blocks of a type are put together. */
function merge(source: Arguments, added: Arguments): Arguments {
  const input: Record<string, unknown> = { ...source.input };
  for (const [name, value] of Object.entries(added.input)) {
    const before = input[name];
    const bothBlocks =
      isBlockGroup(source, name) && isBlockGroup(added, name) && Array.isArray(before) && Array.isArray(value);
    input[name] = bothBlocks ? [...before, ...value] : value;
  }
  const owner = (name: string | number | undefined, index: string | number | undefined): [Arguments, number] => {
    if (name === undefined || !Object.hasOwn(added.input, name)) return [source, 0];
    const before = source.input[name];
    const shift = isBlockGroup(source, String(name)) && Array.isArray(before) ? before.length : 0;
    return typeof index === "number" && index < shift ? [source, 0] : [added, shift];
  };
  return {
    input,
    diagnostics: [...source.diagnostics, ...added.diagnostics],
    rangeOf([name, index, ...rest], part) {
      const [args, shift] = owner(name, index);
      if (name === undefined) return undefined;
      if (index === undefined) return args.rangeOf([name], part);
      return args.rangeOf([name, typeof index === "number" ? index - shift : index, ...rest], part);
    },
    isSensitive: (path) => source.isSensitive(path) || added.isSensitive(path),
    secrets: [...source.secrets, ...added.secrets],
  };
}

const isBlockGroup = ({ input }: Arguments, name: string): boolean =>
  Array.isArray(input[name]) && input[name].every((item) => typeof item === "object" && item !== null);

type Steps = Pick<BuildPlan, "provisioners" | "errorCleanupProvisioner" | "chains">;

function planSteps(build: BuildInstance, sourceValue: Value, source: SourceInBuild, context: PlanContext): Steps {
  const scopeWith = (data?: Parameters<BlockContext["scopeWith"]>[0]) =>
    childScope(build.scope, [
      ["source", sourceValue],
      ["build", buildValue(source.blockName, source.generatedData, data)],
    ]);
  const scope = scopeWith();
  const blocks = build.block.body.blocks.filter(
    ({ type, labels }) => type !== "source" && !(type === "dynamic" && labels[0]?.value === "source"),
  );
  const { body, diagnostics } = expandDynamicBlocks({ ...build.block.body, attributes: [], blocks }, scope);
  context.report(...diagnostics.map((diagnostic) => context.references.explain(diagnostic)));
  const at: BlockContext = { context, source, scope, scopeWith };
  const ofType = (type: string) => body.blocks.filter((block) => block.type === type && hasType(block, context));
  const cleanups = ofType("error-cleanup-provisioner");
  if (cleanups[1]) context.report(secondCleanup(cleanups[1].headerRange, cleanups[0]!.headerRange));
  for (const block of body.blocks)
    if (block.origin && !Object.hasOwn(buildShape.blocks, block.type))
      context.report(unexpectedBlock(block.type, block.typeRange, buildShape, 'in a "build" block'));
  return {
    provisioners: ofType("provisioner").flatMap((block) => planProvisioner(block, at)),
    errorCleanupProvisioner: cleanups.flatMap((block) => planProvisioner(block, at))[0],
    chains: planChains(body, at),
  };
}

/** Blocks made by `dynamic` may come without the label that says their type. */
function hasType(block: ScopedBlock, context: PlanContext): boolean {
  if (block.labels.length === 1) return true;
  context.report(
    error(
      "missing-label",
      "Missing block label",
      `A "${block.type}" block needs exactly one label, its type. In a dynamic block, give it with labels = ["TYPE"].`,
      block.headerRange,
    ),
  );
  return false;
}

/** A `post-processor` is a chain of its own; `post-processors` holds one chain. In template order. */
function planChains(body: ScopedBody, at: BlockContext): readonly (readonly PlannedPostProcessor[])[] {
  const chains: (readonly PlannedPostProcessor[])[] = [];
  for (const block of body.blocks) {
    if (block.type === "post-processor" && hasType(block, at.context)) {
      for (const step of planPostProcessor(block, at)) chains.push([step]);
    } else if (block.type === "post-processors") {
      chains.push(planChain(block, at));
    }
  }
  return chains.map((chain) => cutChain(chain, at)).filter((chain) => chain.length > 0);
}

const chainShape: BlockShape = { attributes: [], blocks: { "post-processor": ["type"] } };

function planChain(block: ScopedBlock, at: BlockContext): readonly PlannedPostProcessor[] {
  const { context } = at;
  for (const attribute of block.body.attributes) {
    context.report(
      error(
        "unknown-argument",
        "Unsupported argument",
        `"post-processors" holds post-processor blocks only, not the argument "${attribute.name}".`,
        attribute.nameRange,
      ),
    );
  }
  return block.body.blocks.flatMap((step) => {
    if (step.type === "post-processor") return hasType(step, context) ? planPostProcessor(step, at) : [];
    context.report(unexpectedBlock(step.type, step.typeRange, chainShape, 'in "post-processors"'));
    return [];
  });
}

/** `-except` of a post-processor takes the rest of its chain with it. */
function cutChain(chain: readonly PlannedPostProcessor[], { context }: BlockContext): readonly PlannedPostProcessor[] {
  const end = chain.findIndex(({ name, type }) => !context.selection.selectsPostProcessor(name, type));
  return end < 0 ? chain : chain.slice(0, end);
}

const duplicateBuild = (name: string, subject: SourceRange, context: SourceRange): Diagnostic =>
  error(
    "duplicate-build",
    "Duplicate build",
    `Two builds would both be called "${name}". Give one of the build blocks a name, or the source another name in this build: source "TYPE.NAME" { name = "…" }.`,
    subject,
    { context },
  );

const secondCleanup = (subject: SourceRange, context: SourceRange): Diagnostic =>
  error("duplicate-block", "Duplicate block", 'A build block may have one "error-cleanup-provisioner".', subject, {
    context,
  });
