import type { ScopedBlock, ScopedBody } from "../../language/dynamic-blocks.ts";
import type { PlannedPostProcessor } from "../model.ts";
import type { BlockShape } from "./block-shape.ts";
import type { PlanContext } from "./plan-context.ts";
import { planPostProcessor, type BlockContext } from "./plan-provisioner.ts";
import { argumentInChain, missingTypeLabel, unexpectedBlock } from "../messages/blocks.ts";

type Chain = readonly PlannedPostProcessor[];

/** A `post-processor` is a chain of its own; `post-processors` holds one chain. In template order. */
export function planChains({ blocks }: ScopedBody, at: BlockContext): readonly Chain[] {
  const chains = blocks.flatMap((block): readonly Chain[] => {
    if (block.type === "post-processors") return [planChain(block, at)];
    if (block.type !== "post-processor" || !hasType(block, at.context)) return [];
    return planPostProcessor(block, at).map((step) => [step]);
  });
  return chains.map((chain) => cutChain(chain, at)).filter((chain) => chain.length > 0);
}

/** Blocks made by `dynamic` may come without the label that says their type. */
export function hasType({ type, labels, headerRange }: ScopedBlock, { report }: PlanContext): boolean {
  if (labels.length === 1) return true;
  report(missingTypeLabel(type, headerRange));
  return false;
}

const chainShape: BlockShape = { attributes: [], blocks: { "post-processor": ["type"] } };

function planChain({ body }: ScopedBlock, at: BlockContext): Chain {
  const { context } = at;
  for (const { name, nameRange } of body.attributes) context.report(argumentInChain(name, nameRange));
  return body.blocks.flatMap((step) => {
    if (step.type !== "post-processor") {
      context.report(unexpectedBlock(step, chainShape, 'in "post-processors"'));
      return [];
    }
    return hasType(step, context) ? planPostProcessor(step, at) : [];
  });
}

/** `-except` of a post-processor takes the rest of its chain with it. */
function cutChain(chain: Chain, { context }: BlockContext): Chain {
  const end = chain.findIndex(({ name, type }) => !context.selection.selectsPostProcessor(name, type));
  return end < 0 ? chain : chain.slice(0, end);
}
