import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Block } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { expandDynamicBlocks, type ScopedBlock } from "../../language/dynamic-blocks.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import type { SourceRange } from "../../language/source.ts";
import { isWhollyKnown, itemsOf, listOf, STRING, textOf } from "../../language/value.ts";
import { error } from "../diagnostics.ts";
import { MetaArguments } from "./meta-arguments.ts";
import type { PlanContext } from "./plan-context.ts";

/** A source a `build` block asks for. */
export interface SourceReference {
  readonly type: string;
  /** As declared. */
  readonly name: string;
  /** What it is called in this build, where a `source` block says so. */
  readonly rename: string | undefined;
  readonly declaration: Block;
  /** The `source` block inside the build. */
  readonly extra: ScopedBlock | undefined;
  readonly range: SourceRange;
}

/** The sources of a build block: those of the `sources` argument, then `source` blocks. */
export function readBuildSources(block: Block, scope: Scope, context: PlanContext): readonly SourceReference[] {
  const listed = listedSources(
    new MetaArguments({ ...block.body, scope }, context.references, context.report),
    context,
  );
  const blocks = block.body.blocks.filter(
    ({ type, labels }) => type === "source" || (type === "dynamic" && labels[0]?.value === "source"),
  );
  const expanded = expandDynamicBlocks({ ...block.body, attributes: [], blocks }, scope);
  context.report(...expanded.diagnostics.map((diagnostic) => context.references.explain(diagnostic)));
  const written = expanded.body.blocks.flatMap((source) => sourceBlock(source, context));
  if (
    listed.length + written.length === 0 &&
    !block.body.attributes.some(({ name }) => name === "sources") &&
    blocks.length === 0
  ) {
    context.report(noSources(block.headerRange));
  }
  return [...listed, ...written];
}

function listedSources(meta: MetaArguments, context: PlanContext): readonly SourceReference[] {
  const attribute = meta.attribute("sources");
  const value = attribute && meta.value("sources");
  if (!attribute || !value) return [];
  const texts = convert(value, listOf(STRING)).value;
  if (!texts || texts.content === null) {
    context.report(sourcesNotTexts(attribute.expression.range));
    return [];
  }
  if (!isWhollyKnown(texts)) return [];
  const items = attribute.expression.kind === "tuple" ? attribute.expression.items : [];
  return itemsOf(texts).flatMap((item, index) =>
    resolve(textOf(item), items[index]?.range ?? attribute.expression.range, undefined, context),
  );
}

function sourceBlock(block: ScopedBlock, context: PlanContext): readonly SourceReference[] {
  const address = block.labels.map(({ value }) => value).join(".");
  return resolve(address, block.labels[0]?.range ?? block.headerRange, block, context);
}

function resolve(
  text: string,
  range: SourceRange,
  extra: ScopedBlock | undefined,
  context: PlanContext,
): readonly SourceReference[] {
  const parts = text.split(".");
  if (parts[0] === "source" && parts.length === 3) parts.shift();
  const [type, name] = parts;
  if (parts.length !== 2 || !type || !name) {
    context.report(malformedReference(text, range));
    return [];
  }
  const declaration = context.declarations.sources.get(`${type}.${name}`);
  if (!declaration) {
    context.report(unknownSource(`${type}.${name}`, [...context.declarations.sources.keys()], range));
    return [];
  }
  const rename = extra && new MetaArguments(extra.body, context.references, context.report).text("name");
  return [{ type, name, rename, declaration, extra, range }];
}

const noSources = (subject: SourceRange): Diagnostic =>
  error(
    "no-sources",
    "Build without sources",
    'A build block needs something to build: sources = ["source.TYPE.NAME"].',
    subject,
  );

const sourcesNotTexts = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-argument",
    "Invalid value",
    'Inappropriate value for "sources": a list of texts such as ["source.null.example"] is required.',
    subject,
  );

const malformedReference = (text: string, subject: SourceRange): Diagnostic =>
  error(
    "invalid-source-reference",
    "Invalid source reference",
    `A source is referred to as "source.TYPE.NAME" or "TYPE.NAME", not as ${JSON.stringify(text)}.`,
    subject,
  );

const unknownSource = (address: string, known: readonly string[], subject: SourceRange): Diagnostic =>
  error(
    "unknown-source",
    "Unknown source",
    `No source "${address}" is declared.${didYouMean(address, known) || (known.length > 0 && known.length <= 10 ? ` Declared are: ${known.join(", ")}.` : "")}`,
    subject,
  );
