import type { Attribute, Block, Body } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { BlockShape } from "./block-shape.ts";
import { extraLabel, missingLabel, unexpectedArgument, unexpectedBlock } from "../messages/blocks.ts";

/**
 * Reports everything in a body that its shape does not allow. Blocks of unknown type or with wrong labels are left out
 * of `blocks`.
 */
export function checkShape(
  body: Body,
  shape: BlockShape,
  where: string,
): {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: readonly Block[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const attributes = new Map<string, Attribute>();
  for (const attribute of body.attributes) {
    if (shape.attributes.includes(attribute.name)) attributes.set(attribute.name, attribute);
    else diagnostics.push(unexpectedArgument(attribute, shape, where));
  }
  const blocks = body.blocks.filter((block) => {
    const problem = checkBlock(block, shape, where);
    if (problem) diagnostics.push(problem);
    return !problem;
  });
  return { attributes, blocks, diagnostics };
}

function checkBlock(block: Block, shape: BlockShape, where: string): Diagnostic | undefined {
  if (!Object.hasOwn(shape.blocks, block.type)) return unexpectedBlock(block, shape, where);
  const labels = shape.blocks[block.type]!;
  if (block.labels.length < labels.length) return missingLabel(block, labels);
  const extra = block.labels[labels.length];
  return extra && extraLabel(block.type, labels, extra.range);
}
