import type { Expression, FunctionCall, ObjectExpression } from "./ast.ts";
import { compareStrings } from "./compare-strings.ts";
import { convert } from "./convert.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { evaluate } from "./evaluate/evaluate.ts";
import { literalText } from "./literal-text.ts";
import * as messages from "./messages/type-messages.ts";
import type { SourceRange } from "./source.ts";
import {
  BOOL,
  DYNAMIC,
  listOf,
  mapOf,
  NUMBER,
  setOf,
  STRING,
  tupleOf,
  type ObjectAttribute,
  type Type,
} from "./value.ts";

export interface ParsedType {
  /** `dynamic` where the expression is not a valid type. */
  readonly type: Type;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The type an expression such as `list(object({ name = string, size = optional(number, 10) }))` stands for.
 * The quoted names of old templates (`"string"`) are refused with the fix.
 */
export function parseTypeConstraint(expression: Expression): ParsedType {
  const diagnostics: Diagnostic[] = [];
  const type = parseType(expression, diagnostics);
  return { type, diagnostics };
}

const keywords: Readonly<Record<string, Type>> = { string: STRING, number: NUMBER, bool: BOOL, any: DYNAMIC };
const collections: Readonly<Record<string, (element: Type) => Type>> = { list: listOf, set: setOf, map: mapOf };
const constructors = [...Object.keys(collections), "object", "tuple"];

function parseType(node: Expression, diagnostics: Diagnostic[]): Type {
  if (node.kind === "variable") return parseKeyword(node.name, node.range, diagnostics);
  if (node.kind === "call") return parseConstructor(node, diagnostics);
  if (node.kind === "parentheses") return parseType(node.expression, diagnostics);
  if (node.kind !== "error") diagnostics.push(messages.notAType(literalText(node) || undefined, node.range));
  return DYNAMIC;
}

function parseKeyword(name: string, range: SourceRange, diagnostics: Diagnostic[]): Type {
  const type = keywords[name];
  if (type && Object.hasOwn(keywords, name)) return type;
  diagnostics.push(wrongKeyword(name, range));
  return DYNAMIC;
}

function wrongKeyword(name: string, range: SourceRange): Diagnostic {
  if (constructors.includes(name)) return messages.missingTypeArgument(name, range);
  if (name === "optional") return messages.misplacedOptional(range);
  return messages.unknownType(name, [...Object.keys(keywords), ...constructors], range);
}

function parseConstructor(node: FunctionCall, diagnostics: Diagnostic[]): Type {
  const { name } = node;
  const argument = node.args[0];
  const problem = wrongConstructor(node);
  if (problem || !argument) {
    if (problem) diagnostics.push(problem);
    return DYNAMIC;
  }
  if (name === "object") return parseObject(argument, diagnostics);
  if (name === "tuple") return parseTuple(argument, diagnostics);
  return collections[name]!(parseType(argument, diagnostics));
}

function wrongConstructor({ name, args, expandFinal, range, nameRange }: FunctionCall): Diagnostic | undefined {
  if (name === "optional") return messages.misplacedOptional(range);
  if (keywords[name]) return messages.needlessTypeArgument(name, nameRange);
  if (!constructors.includes(name)) return messages.unknownConstructor(name, constructors, nameRange);
  if (args.length !== 1 || expandFinal) return messages.wrongTypeArguments(name, range);
  return undefined;
}

function parseTuple(argument: Expression, diagnostics: Diagnostic[]): Type {
  if (argument.kind === "tuple") return tupleOf(argument.items.map((item) => parseType(item, diagnostics)));
  diagnostics.push(messages.wrongTupleArgument(argument.range));
  return DYNAMIC;
}

function parseObject(argument: Expression, diagnostics: Diagnostic[]): Type {
  if (argument.kind === "object") return { kind: "object", attributes: parseAttributes(argument, diagnostics) };
  diagnostics.push(messages.wrongObjectArgument(argument.range));
  return DYNAMIC;
}

function parseAttributes(node: ObjectExpression, diagnostics: Diagnostic[]): ReadonlyMap<string, ObjectAttribute> {
  const attributes = new Map<string, ObjectAttribute>();
  for (const item of node.items) {
    const name = item.bareKey ?? literalText(item.key);
    if (!name) diagnostics.push(messages.wrongAttributeName(item.key.range));
    else if (attributes.has(name)) diagnostics.push(messages.duplicateAttribute(item.key.range));
    else attributes.set(name, parseAttribute(item.value, diagnostics));
  }
  return new Map([...attributes].sort(([a], [b]) => compareStrings(a, b)));
}

/** A type, or `optional(type)`, or `optional(type, default)`. */
function parseAttribute(node: Expression, diagnostics: Diagnostic[]): ObjectAttribute {
  if (node.kind !== "call" || node.name !== "optional") return { type: parseType(node, diagnostics) };
  const [typeNode, defaultNode, extra] = node.args;
  if (!typeNode || extra) {
    diagnostics.push(messages.wrongOptional(node.range));
    return { type: DYNAMIC, optional: true };
  }
  const type = parseType(typeNode, diagnostics);
  if (!defaultNode) return { type, optional: true };
  return { type, optional: true, default: parseDefault(defaultNode, type, diagnostics) };
}

function parseDefault(node: Expression, type: Type, diagnostics: Diagnostic[]): ObjectAttribute["default"] {
  const { value, diagnostics: problems } = evaluate(node, { variables: new Map() });
  diagnostics.push(...problems);
  if (problems.length > 0) return undefined;
  const result = convert(value, type);
  if (!result.value) diagnostics.push(messages.invalidDefault(result.error, node.range));
  return result.value;
}
