import type { Attribute, Block } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { correction, suggesting } from "../../language/suggestion.ts";
import { error } from "../diagnostics.ts";
import type { BlockShape } from "../hcl2/block-shape.ts";

type BlockType = Pick<Block, "type" | "typeRange">;

export function unexpectedBlock({ type, typeRange }: BlockType, shape: BlockShape, where: string): Diagnostic {
  const found = error(
    "unknown-block",
    typeRange,
    "Unsupported block type",
    `A block of type "${type}" is not expected ${where}.`,
  );
  const note = shape.attributes.includes(type) ? `"${type}" is an argument: write ${type} = ….` : noteOnBlock(type);
  if (note !== undefined) return { ...found, detail: `${found.detail} ${note}` };
  return suggesting(found, { name: type, known: Object.keys(shape.blocks) });
}

export function unexpectedArgument({ name, nameRange }: Attribute, shape: BlockShape, where: string): Diagnostic {
  const found = error(
    "unknown-argument",
    nameRange,
    "Unsupported argument",
    `An argument named "${name}" is not expected ${where}.`,
  );
  const meant = shape.usualSlips?.[name];
  if (meant !== undefined) {
    return { ...found, detail: `${found.detail} Did you mean "${meant}"?`, edits: correction(nameRange, name, meant) };
  }
  if (!Object.hasOwn(shape.blocks, name)) return suggesting(found, { name, known: shape.attributes });
  return { ...found, detail: `${found.detail} "${name}" is a block: write it without the equals sign.` };
}

/** Where a block is right, or that it is none of ours, as a sentence. */
function noteOnBlock(type: string): string | undefined {
  if (TERRAFORMS.has(type)) return "That is a block of Terraform; a template for images has none.";
  if (isOfBuild(type)) {
    return `A "${type}" belongs in a build block, beside the sources it is for: build { sources = […] ${type} … }.`;
  }
  return undefined;
}

const TERRAFORMS: ReadonlySet<string> = new Set(["resource", "provider", "output", "module", "terraform", "moved"]);

/** Whether such a block belongs in a build block. */
export const isOfBuild = (type: string): boolean => OF_BUILD.has(type);

const OF_BUILD: ReadonlySet<string> = new Set([
  "provisioner",
  "error-cleanup-provisioner",
  "post-processor",
  "post-processors",
  "hcp_packer_registry",
]);

export const missingArgument = (name: string, subject: SourceRange): Diagnostic =>
  error(
    "missing-argument",
    subject,
    "Missing required argument",
    `The argument "${name}" is required, but no definition was found.`,
  );

export function missingLabel({ type, headerRange, labels: given }: Block, labels: readonly string[]): Diagnostic {
  const missing = labels.slice(given.length).join(" and ");
  const example = [type, ...labels.map((label) => `"${label}"`)].join(" ");
  return error(
    "missing-label",
    headerRange,
    "Missing block label",
    `A "${type}" block needs its ${missing}: ${example} { … }.`,
  );
}

export function extraLabel(type: string, labels: readonly string[], subject: SourceRange): Diagnostic {
  const detail = `A "${type}" block takes ${describeLabels(labels)}.`;
  return error("extra-label", subject, "Extraneous block label", detail);
}

function describeLabels(labels: readonly string[]): string {
  if (labels.length === 0) return "no label";
  const count = labels.length === 1 ? "one label" : `${labels.length} labels`;
  return `only ${count}: its ${labels.join(" and ")}`;
}

export const givenTwice = (name: string, subject: SourceRange, context: SourceRange): Diagnostic =>
  error(
    "argument-and-block",
    { subject, context },
    "Given twice",
    `"${name}" is given both as an argument and as a block. Keep one of the two.`,
  );

export const unexpectedLabel = (name: string, subject: SourceRange): Diagnostic =>
  error("unexpected-label", subject, "Unexpected label", `A "${name}" block takes no label here. Remove it.`);

export const missingTypeLabel = (type: string, subject: SourceRange): Diagnostic =>
  error(
    "missing-label",
    subject,
    "Missing block label",
    `A "${type}" block needs exactly one label, its type. In a dynamic block, give it with labels = ["TYPE"].`,
  );

export const argumentInChain = (name: string, subject: SourceRange): Diagnostic =>
  error(
    "unknown-argument",
    subject,
    "Unsupported argument",
    `"post-processors" holds post-processor blocks only, not the argument "${name}".`,
  );
