import type { Attribute, Block, Body, Expression, Label } from "./ast.ts";
import { convert } from "./convert.ts";
import type { Diagnostic } from "./diagnostic.ts";
import * as messages from "./messages/dynamic-block-messages.ts";
import { evaluate } from "./evaluate/evaluate.ts";
import { pairsOf } from "./evaluate/iterate.ts";
import { childScope } from "./evaluate/scope.ts";
import type { Scope } from "./evaluate/contract.ts";
import { containsSensitive, withMarks } from "./marks.ts";
import type { SourceRange } from "./source.ts";
import { isKnown, isNull, objectValue, STRING, textOf, unknownValue, type Value } from "./value.ts";

/** A body whose expressions belong to a scope, with its `dynamic` blocks replaced by the blocks they stand for. */
export interface ScopedBody {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly ScopedBlock[];
  /** What to evaluate the attributes in. */
  readonly scope: Scope;
  readonly range: SourceRange;
  readonly endRange: SourceRange;
}

export interface ScopedBlock {
  readonly type: string;
  readonly labels: readonly Label[];
  readonly body: ScopedBody;
  readonly range: SourceRange;
  readonly typeRange: SourceRange;
  readonly headerRange: SourceRange;
  /**
   * Stands for any number of blocks, because `for_each` is not known yet: the iterator is unknown, and that there is
   * one block is a guess.
   */
  readonly isUnknown: boolean;
  /** The `dynamic` block this one comes from. */
  readonly origin?: Block | undefined;
  /** As written, for expanding it again when more is known. */
  readonly content: Body;
}

/**
 * Expands `dynamic "type" { for_each, iterator, labels, content {} }` at any depth. Every block brings the scope its
 * attributes are to be evaluated in: that of its parent, plus the iterators around it.
 * Source: ext/dynblock of hashicorp/hcl v2 (MPL-2.0; facts only).
 */
export function expandDynamicBlocks(
  body: Body,
  scope: Scope,
): { readonly body: ScopedBody; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  return { body: expandBody(body, scope, diagnostics), diagnostics };
}

function expandBody(body: Body, scope: Scope, diagnostics: Diagnostic[]): ScopedBody {
  const expand = (block: Block): readonly ScopedBlock[] => {
    if (block.type === "dynamic") return expandDynamic(block, scope, diagnostics);
    return [expandStatic(block, scope, diagnostics)];
  };
  const blocks = body.blocks.flatMap(expand);
  return { attributes: body.attributes, blocks, scope, range: body.range, endRange: body.endRange };
}

function expandStatic(block: Block, scope: Scope, diagnostics: Diagnostic[]): ScopedBlock {
  const { type, labels, range, typeRange, headerRange } = block;
  return {
    type,
    labels,
    body: expandBody(block.body, scope, diagnostics),
    range,
    typeRange,
    headerRange,
    isUnknown: false,
    content: block.body,
  };
}

interface Declaration {
  readonly block: Block;
  readonly type: Label;
  readonly forEach: Expression;
  readonly iterator: string;
  readonly labels: Expression | undefined;
  readonly content: Block;
}

function expandDynamic(block: Block, scope: Scope, diagnostics: Diagnostic[]): ScopedBlock[] {
  const declaration = parseDeclaration(block, diagnostics);
  if (!declaration) return [];
  const { value, diagnostics: problems } = evaluate(declaration.forEach, scope);
  diagnostics.push(...problems);
  if (problems.some((problem) => problem.severity === "error")) return [];
  const place = { subject: declaration.forEach.range, context: block.headerRange };
  if (isNull(value)) {
    diagnostics.push(messages.nullForEach(place));
    return [];
  }
  const pairs = pairsOf(value);
  if (pairs === "not iterable") {
    diagnostics.push(messages.wrongForEach(value.type, place));
    return [];
  }
  if (pairs)
    return pairs.flatMap(([key, item]) => generate(declaration, { key, item, isUnknown: false }, scope, diagnostics));
  const unknown = withMarks(unknownValue(), value.marks);
  return generate(declaration, { key: unknown, item: unknown, isUnknown: true }, scope, diagnostics);
}

const allowedAttributes = ["for_each", "iterator", "labels"];

function parseDeclaration(block: Block, diagnostics: Diagnostic[]): Declaration | undefined {
  const before = diagnostics.length;
  const [type, extra] = block.labels;
  const find = (name: string) => block.body.attributes.find((attribute) => attribute.name === name);
  const contents = block.body.blocks.filter((inner) => inner.type === "content");
  const forEach = find("for_each");
  const [content] = contents;
  if (!type || extra) diagnostics.push(messages.wrongLabels(extra?.range ?? block.headerRange));
  const unexpected = unexpectedIn(block, content);
  diagnostics.push(...unexpected);
  // A misspelt one is one mistake: that the right one is missing follows from it.
  const meant = new Set(unexpected.flatMap(({ edits = [] }) => edits.map(({ text }) => text)));
  if (!forEach && !meant.has("for_each")) diagnostics.push(messages.missingForEach(block.headerRange));
  if (!content && !meant.has("content")) diagnostics.push(messages.missingContent(block.headerRange));
  const iterator = iteratorName(find("iterator"), diagnostics) ?? type?.value;
  if (diagnostics.length > before || !type || !forEach || !content || iterator === undefined) return undefined;
  return { block, type, forEach: forEach.expression, iterator, labels: find("labels")?.expression, content };
}

function unexpectedIn({ body }: Block, content: Block | undefined): readonly Diagnostic[] {
  const attributes = body.attributes.filter(({ name }) => !allowedAttributes.includes(name));
  const blocks = body.blocks.filter((inner) => inner !== content || inner.labels.length > 0);
  return [
    ...attributes.map(({ name, nameRange }) => messages.unexpectedAttribute(name, allowedAttributes, nameRange)),
    ...blocks.map((inner) =>
      inner.type === "content"
        ? messages.extraContent(inner.headerRange)
        : messages.unexpectedBlock(inner.type, inner.typeRange),
    ),
  ];
}

function iteratorName(attribute: Attribute | undefined, diagnostics: Diagnostic[]): string | undefined {
  if (!attribute) return undefined;
  if (attribute.expression.kind === "variable") return attribute.expression.name;
  diagnostics.push(messages.wrongIterator(attribute.expression.range));
  return undefined;
}

interface BlockIteration {
  readonly key: Value;
  readonly item: Value;
  readonly isUnknown: boolean;
}

function generate(
  declaration: Declaration,
  { key, item, isUnknown }: BlockIteration,
  scope: Scope,
  diagnostics: Diagnostic[],
): ScopedBlock[] {
  const { block, type, iterator, content } = declaration;
  const inner = childScope(scope, [[iterator, objectValue({ key, value: item })]]);
  const labels = generateLabels(declaration.labels, inner, diagnostics);
  if (!labels) return [];
  const body = expandBody(content.body, inner, diagnostics);
  const { range, headerRange } = block;
  return [
    {
      type: type.value,
      labels,
      body,
      range,
      typeRange: type.range,
      headerRange,
      isUnknown,
      origin: block,
      content: content.body,
    },
  ];
}

/** The texts of `labels`, or undefined after reporting why they cannot be labels. */
function generateLabels(
  expression: Expression | undefined,
  scope: Scope,
  diagnostics: Diagnostic[],
): readonly Label[] | undefined {
  if (!expression) return [];
  const { value, diagnostics: problems } = evaluate(expression, scope);
  diagnostics.push(...problems);
  if (problems.length > 0) return undefined;
  const refuse = (problem: string): undefined => void diagnostics.push(messages.wrongLabel(problem, expression.range));
  if (!isKnown(value)) return refuse("must not depend on values not known yet");
  if (!Array.isArray(value.content)) return refuse("must be a list of texts");
  if (containsSensitive(value)) return refuse("must not be sensitive, because labels are shown");
  const labels: Label[] = [];
  for (const item of value.content as readonly Value[]) {
    const { value: text } = convert(item, STRING);
    if (!text || isNull(text)) return refuse("must be texts");
    if (!isKnown(text)) return refuse("must not depend on values not known yet");
    labels.push({ value: textOf(text), range: expression.range });
  }
  return labels;
}
