import type { Block } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { expandDynamicBlocks, type ScopedBlock } from "../../language/dynamic-blocks.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import type { SourceRange } from "../../language/source.ts";
import { isNull, isWhollyKnown, itemsOf, listOf, STRING, textOf } from "../../language/value.ts";
import { isSourceBlock } from "./build-shape.ts";
import { HclMetaReader } from "./hcl-meta-reader.ts";
import { constantText } from "./locate-argument.ts";
import type { PlanContext } from "./plan-context.ts";
import { malformedReference, noSources, sourcesNotTexts, unknownSource } from "../messages/builds.ts";

/** A source that a `build` block refers to. */
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
  const { attributes } = block.body;
  const listed = listedSources(new HclMetaReader({ attributes, scope }, context), context);
  const blocks = block.body.blocks.filter(isSourceBlock);
  const expanded = expandDynamicBlocks({ ...block.body, attributes: [], blocks }, scope);
  context.report(...expanded.diagnostics.map((diagnostic) => context.references.explain(diagnostic)));
  const written = expanded.body.blocks.flatMap((source) => sourceBlock(source, context));
  const isMisspelt = attributes.some(({ name }) => name === "source");
  if (isMisspelt) context.notes.isIncomplete = true;
  const isArgumentGiven = isMisspelt || attributes.some(({ name }) => name === "sources");
  if (!isArgumentGiven && blocks.length === 0) context.report(noSources(block.headerRange));
  return [...listed, ...written];
}

function listedSources(meta: HclMetaReader, context: PlanContext): readonly SourceReference[] {
  const expression = meta.attribute("sources")?.expression;
  const value = meta.value("sources");
  if (!expression || !value) return [];
  if (!isWhollyKnown(value)) context.notes.isIncomplete = true;
  const texts = convert(value, listOf(STRING)).value;
  if (!texts || isNull(texts)) return nothingFor(sourcesNotTexts(expression.range), context);
  if (!isWhollyKnown(texts)) return [];
  const items = expression.kind === "tuple" ? expression.items : [];
  const isConstant = expression.kind === "tuple" && items.every((item) => constantText(item) !== undefined);
  if (!isConstant) context.notes.isComputed = true;
  return itemsOf(texts).flatMap((item, index) => {
    const range = items[index]?.range ?? expression.range;
    if (isNull(item)) return nothingFor(sourcesNotTexts(range), context);
    return resolve({ text: textOf(item), range }, context);
  });
}

function sourceBlock(block: ScopedBlock, context: PlanContext): readonly SourceReference[] {
  const address = block.labels.map(({ value }) => value).join(".");
  const range = block.labels[0]?.range ?? block.headerRange;
  return resolve({ text: address, range }, context).map((found) => {
    const rename = new HclMetaReader(block.body, context).text("name");
    return { ...found, rename, extra: block };
  });
}

interface WrittenReference {
  readonly text: string;
  readonly range: SourceRange;
}

/** The source that is meant, or none after an error. */
function resolve({ text, range }: WrittenReference, context: PlanContext): readonly SourceReference[] {
  const { sources } = context.declarations;
  const parts = text.split(".");
  if (parts[0] === "source" && (parts.length === 3 || !sources.has(text))) parts.shift();
  const [type, name] = parts;
  if (parts.length !== 2 || !type || !name) {
    return nothingFor(malformedReference(text, range, [...sources.keys()]), context);
  }
  const declaration = sources.get(`${type}.${name}`);
  context.notes.used.add(`${type}.${name}`);
  if (declaration) return [{ type, name, declaration, range, extra: undefined, rename: undefined }];
  return nothingFor(unknownSource(`${type}.${name}`, [...sources.keys()], range), context);
}

function nothingFor(problem: Diagnostic, { notes, report }: PlanContext): readonly SourceReference[] {
  notes.isIncomplete = true;
  report(problem);
  return [];
}
