import type { Attribute, Expression } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { ScopedBlock, ScopedBody } from "../../language/dynamic-blocks.ts";
import { evaluate } from "../../language/evaluate/evaluate.ts";
import type { SourceRange } from "../../language/source.ts";
import { UNKNOWN_ARGUMENT } from "../../sdk/schema/decode.ts";
import type { ArgumentPath, GivenArguments } from "../given-arguments.ts";
import { error } from "../diagnostics.ts";
import { plainValue, type PlainNotes } from "../plain-value.ts";
import type { References } from "./references.ts";

export interface BodyOptions {
  /** Names of arguments and blocks that are not the component's (`only`, `pause_before`, …). */
  readonly skip?: ReadonlySet<string> | undefined;
  /** Explains failing references. */
  readonly references: References;
  readonly override?: Override | undefined;
}

/** Arguments put over those of the body: one entry of `override = { key = { … } }`. */
export interface Override {
  readonly input: Readonly<Record<string, unknown>>;
  /** Where `input` is sensitive, and the texts there. */
  readonly notes: PlainNotes;
  /** The whole value of `override`. */
  readonly expression: Expression;
  readonly key: string;
}

/** Evaluates a body: attributes become plain values, blocks arrays of objects under their type. */
export function bodyArguments(body: ScopedBody, options: BodyOptions): GivenArguments {
  const state: State = { options, diagnostics: [], notes: { sensitivePaths: [], secrets: [] } };
  const input = readBody(body, [], state, options.skip);
  const { override } = options;
  const overridden = (path: ArgumentPath) => override && Object.hasOwn(override.input, String(path[0]));
  Object.assign(input, override?.input);
  return {
    input,
    diagnostics: state.diagnostics,
    rangeOf: (path, part) =>
      override && overridden(path)
        ? locateInside(override.expression, [override.key, ...path], part)
        : locate(body, path, part),
    isSensitive: (path) =>
      (overridden(path) ? override! : state).notes.sensitivePaths.some((start) =>
        start.every((step, index) => path[index] === step),
      ),
    secrets: [...state.notes.secrets, ...(override?.notes.secrets ?? [])],
  };
}

interface State {
  readonly options: BodyOptions;
  readonly diagnostics: Diagnostic[];
  readonly notes: PlainNotes;
}

function readBody(
  body: ScopedBody,
  path: ArgumentPath,
  state: State,
  skip?: ReadonlySet<string>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const attribute of body.attributes) {
    if (skip?.has(attribute.name)) continue;
    input[attribute.name] = readAttribute(attribute, body, [...path, attribute.name], state);
  }
  for (const block of body.blocks) {
    if (!skip?.has(block.type)) readBlock(block, body, input, path, state);
  }
  return input;
}

function readAttribute(attribute: Attribute, body: ScopedBody, path: ArgumentPath, state: State): unknown {
  const { value, diagnostics } = evaluate(attribute.expression, body.scope);
  if (diagnostics.length === 0) return plainValue(value, path, state.notes);
  state.diagnostics.push(...diagnostics.map((diagnostic) => state.options.references.explain(diagnostic)));
  return UNKNOWN_ARGUMENT;
}

function readBlock(
  block: ScopedBlock,
  body: ScopedBody,
  input: Record<string, unknown>,
  path: ArgumentPath,
  state: State,
): void {
  const name = block.type;
  const attribute = body.attributes.find((other) => other.name === name);
  if (attribute) {
    state.diagnostics.push(givenTwice(name, block.headerRange, attribute.nameRange));
    return;
  }
  if (block.labels.length > 0) state.diagnostics.push(unexpectedLabel(name, block.labels[0]!.range));
  const group = (input[name] ??= []);
  if (block.isUnknown || !Array.isArray(group)) {
    input[name] = UNKNOWN_ARGUMENT;
    return;
  }
  group.push(readBody(block.body, [...path, name, group.length], state));
}

const givenTwice = (name: string, subject: SourceRange, context: SourceRange): Diagnostic =>
  error(
    "argument-and-block",
    "Given twice",
    `"${name}" is given both as an argument and as a block. Keep one of the two.`,
    subject,
    { context },
  );

const unexpectedLabel = (name: string, subject: SourceRange): Diagnostic =>
  error("unexpected-label", "Unexpected label", `A "${name}" block takes no label here. Remove it.`, subject);

/** Where in the text the argument at `path` is: as deep as the text is literal. */
function locate(body: ScopedBody, path: ArgumentPath, part: "name" | "value"): SourceRange | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return undefined;
  const attribute = body.attributes.find((candidate) => candidate.name === name);
  if (attribute) {
    if (rest.length === 0) return part === "name" ? attribute.nameRange : attribute.expression.range;
    return locateInside(attribute.expression, rest, part);
  }
  const blocks = body.blocks.filter((block) => block.type === name);
  const [index, ...inner] = typeof rest[0] === "number" ? rest : [0, ...rest];
  const block = blocks[Number(index)];
  if (!block) return undefined;
  if (inner.length === 0) return block.headerRange;
  return locate(block.body, inner, part) ?? block.headerRange;
}

function locateInside(expression: Expression, path: ArgumentPath, part: "name" | "value"): SourceRange {
  const [step, ...rest] = path;
  if (expression.kind === "parentheses") return locateInside(expression.expression, path, part);
  if (step === undefined) return expression.range;
  if (expression.kind === "tuple") {
    const item = expression.items[Number(step)];
    return item ? locateInside(item, rest, part) : expression.range;
  }
  if (expression.kind === "object") {
    // A lone object stands for a list of one.
    if (typeof step === "number") return locateInside(expression, rest, part);
    const item = expression.items.find(({ bareKey, key }) => (bareKey ?? constantText(key)) === step);
    if (!item) return expression.range;
    return rest.length === 0 && part === "name" ? item.key.range : locateInside(item.value, rest, part);
  }
  return expression.range;
}

/** The text of a string literal without interpolation. */
export function constantText(expression: Expression): string | undefined {
  if (expression.kind !== "template") return undefined;
  if (expression.parts.length === 0) return "";
  const [part] = expression.parts;
  return expression.parts.length === 1 && part?.kind === "text" ? part.text : undefined;
}
