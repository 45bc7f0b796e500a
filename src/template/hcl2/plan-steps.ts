import type { Block } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { expandDynamicBlocks, type ScopedBlock, type ScopedBody } from "../../language/dynamic-blocks.ts";
import { childScope } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import { buildValue } from "../build-values.ts";
import type { BuildPlan } from "../model.ts";
import { buildShape, IN_BUILD_BLOCK, isSourceBlock } from "./build-shape.ts";
import { hasType, planChains } from "./plan-chains.ts";
import type { PlanContext, SourceInBuild } from "./plan-context.ts";
import type { IdleSteps } from "./idle-steps.ts";
import { planProvisioner, type BlockContext } from "./plan-provisioner.ts";
import { secondCleanup } from "../messages/builds.ts";
import { unexpectedBlock } from "../messages/blocks.ts";

export interface StepsInput {
  readonly source: SourceInBuild;
  /** Of the build block. */
  readonly scope: Scope;
  /** Only the steps that take part in no build. */
  readonly idle?: IdleSteps | undefined;
}

type Steps = Pick<BuildPlan, "provisioners" | "errorCleanupProvisioner" | "chains">;

/** What comes after the builder: the provisioners and post-processors of a build block, for one of its sources. */
export function planSteps(build: Block, { source, scope: outer, idle }: StepsInput, context: PlanContext): Steps {
  const scopeWith = (data?: GeneratedData) =>
    childScope(outer, [
      ["source", source.value],
      ["build", data ? buildValue(source.blockName, source.generatedData, data) : source.buildBefore],
    ]);
  const scope = scopeWith();
  const body = expandSteps(build, scope, context);
  const at: BlockContext = { context, source, scope, scopeWith, idle };
  const ofType = (type: string) => body.blocks.filter((block) => block.type === type && hasType(block, context));
  const cleanups = ofType("error-cleanup-provisioner");
  if (cleanups[1]) context.report(secondCleanup(cleanups[1].headerRange, cleanups[0]!.headerRange));
  for (const block of body.blocks) if (isUnexpected(block)) context.report(unexpected(block));
  return {
    provisioners: ofType("provisioner").flatMap((block) => planProvisioner(block, at)),
    errorCleanupProvisioner: cleanups.flatMap((block) => planProvisioner(block, at))[0],
    chains: planChains(body, at),
  };
}

function expandSteps({ body }: Block, scope: Scope, { references, report }: PlanContext): ScopedBody {
  const blocks = body.blocks.filter((block) => !isSourceBlock(block));
  const expanded = expandDynamicBlocks({ ...body, attributes: [], blocks }, scope);
  report(...expanded.diagnostics.map((diagnostic) => references.explain(diagnostic)));
  return expanded.body;
}

/** Made by `dynamic`; blocks that are written out were checked before. */
function isUnexpected({ origin, type }: ScopedBlock): boolean {
  return origin !== undefined && !Object.hasOwn(buildShape.blocks, type);
}

const unexpected = (block: ScopedBlock): Diagnostic => unexpectedBlock(block, buildShape, IN_BUILD_BLOCK);
