import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Attribute, Block, Body } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { error } from "../diagnostics.ts";

/** What a block may contain. */
export interface BlockShape {
  readonly attributes: readonly string[];
  /** Block type → the names of its labels. */
  readonly blocks: Readonly<Record<string, readonly string[]>>;
}

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

type BlockType = Pick<Block, "type" | "typeRange">;

export function unexpectedBlock({ type, typeRange }: BlockType, shape: BlockShape, where: string): Diagnostic {
  const isArgument = shape.attributes.includes(type);
  const hint = isArgument
    ? ` "${type}" is an argument: write ${type} = ….`
    : didYouMean(type, Object.keys(shape.blocks));
  const detail = `A block of type "${type}" is not expected ${where}.${hint}`;
  return error("unknown-block", typeRange, "Unsupported block type", detail);
}

function unexpectedArgument({ name, nameRange }: Attribute, shape: BlockShape, where: string): Diagnostic {
  const isBlock = Object.hasOwn(shape.blocks, name);
  const hint = isBlock
    ? ` "${name}" is a block: write it without the equals sign.`
    : didYouMean(name, shape.attributes);
  const detail = `An argument named "${name}" is not expected ${where}.${hint}`;
  return error("unknown-argument", nameRange, "Unsupported argument", detail);
}

export const missingArgument = (name: string, subject: SourceRange): Diagnostic =>
  error(
    "missing-argument",
    subject,
    "Missing required argument",
    `The argument "${name}" is required, but no definition was found.`,
  );

function missingLabel({ type, headerRange, labels: given }: Block, labels: readonly string[]): Diagnostic {
  const missing = labels.slice(given.length).join(" and ");
  const example = [type, ...labels.map((label) => `"${label}"`)].join(" ");
  return error(
    "missing-label",
    headerRange,
    "Missing block label",
    `A "${type}" block needs its ${missing}: ${example} { … }.`,
  );
}

function extraLabel(type: string, labels: readonly string[], subject: SourceRange): Diagnostic {
  const detail = `A "${type}" block takes ${describeLabels(labels)}.`;
  return error("extra-label", subject, "Extraneous block label", detail);
}

function describeLabels(labels: readonly string[]): string {
  if (labels.length === 0) return "no label";
  const count = labels.length === 1 ? "one label" : `${labels.length} labels`;
  return `only ${count}: its ${labels.join(" and ")}`;
}
