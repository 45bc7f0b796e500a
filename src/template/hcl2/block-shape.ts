import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Attribute, Block, Body } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { error } from "../diagnostics.ts";

/** What a block may hold. */
export interface BlockShape {
  readonly attributes: readonly string[];
  /** Block type → the names of its labels. */
  readonly blocks: Readonly<Record<string, readonly string[]>>;
}

/** Reports everything in a body that its shape has no place for. Blocks of unknown type and wrong labels are left out of `blocks`. */
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
  const labels = Object.hasOwn(shape.blocks, block.type) ? shape.blocks[block.type] : undefined;
  if (!labels) return unexpectedBlock(block.type, block.typeRange, shape, where);
  if (block.labels.length < labels.length) return missingLabel(block, labels);
  const extra = block.labels[labels.length];
  return extra && extraLabel(block.type, labels, extra.range);
}

export function unexpectedBlock(type: string, subject: SourceRange, shape: BlockShape, where: string): Diagnostic {
  const known = Object.keys(shape.blocks);
  const asArgument = shape.attributes.includes(type) ? ` "${type}" is an argument: write ${type} = ….` : "";
  const detail = `A block of type "${type}" is not expected ${where}.${asArgument || didYouMean(type, known)}`;
  return error("unknown-block", "Unsupported block type", detail, subject);
}

function unexpectedArgument({ name, nameRange }: Attribute, shape: BlockShape, where: string): Diagnostic {
  const labels = shape.blocks[name];
  const asBlock = labels
    ? ` "${name}" is a block: write it without the equals sign.`
    : didYouMean(name, shape.attributes);
  return error(
    "unknown-argument",
    "Unsupported argument",
    `An argument named "${name}" is not expected ${where}.${asBlock}`,
    nameRange,
  );
}

function missingLabel({ type, headerRange, labels: given }: Block, labels: readonly string[]): Diagnostic {
  const missing = labels.slice(given.length).join(" and ");
  const example = [type, ...labels.map((label) => `"${label}"`)].join(" ");
  return error(
    "missing-label",
    "Missing block label",
    `A "${type}" block needs its ${missing}: ${example} { … }.`,
    headerRange,
  );
}

function extraLabel(type: string, labels: readonly string[], subject: SourceRange): Diagnostic {
  const expected =
    labels.length === 0
      ? "no label"
      : `only ${labels.length === 1 ? "one label" : `${labels.length} labels`}: its ${labels.join(" and ")}`;
  return error("extra-label", "Extraneous block label", `A "${type}" block takes ${expected}.`, subject);
}
