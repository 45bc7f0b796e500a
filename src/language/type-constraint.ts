import { didYouMean } from "../lib/did-you-mean.ts";
import type { Expression, FunctionCall, ObjectExpression, ObjectItem } from "./ast.ts";
import { convert } from "./convert.ts";
import { describeConversionError } from "./conversion.ts";
import { errorAt, type Diagnostic } from "./diagnostic.ts";
import { evaluate } from "./evaluate/evaluate.ts";
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
  /** `dynamic` where the text is wrong. */
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
  if (node.kind === "error") return DYNAMIC;
  const quoted =
    node.kind === "template" && node.parts.length === 1 && node.parts[0]?.kind === "text"
      ? node.parts[0].text
      : undefined;
  const hint =
    quoted === undefined
      ? "Write a type such as string, number, bool, any, list(string) or map(string)."
      : `Write the type without quotes: ${quoted}.`;
  diagnostics.push(invalidType(`This is not a type. ${hint}`, node.range));
  return DYNAMIC;
}

function parseKeyword(name: string, range: SourceRange, diagnostics: Diagnostic[]): Type {
  const type = keywords[name];
  if (type && Object.hasOwn(keywords, name)) return type;
  if (constructors.includes(name)) {
    diagnostics.push(invalidType(`The type ${name} needs an argument in parentheses: ${examples[name]}.`, range));
  } else if (name === "optional") {
    diagnostics.push(invalidType("optional(…) can only be used for an attribute of object({…}).", range));
  } else {
    const suggestion = didYouMean(name, [...Object.keys(keywords), ...constructors]);
    diagnostics.push(invalidType(`"${name}" is not a type.${suggestion}`, range));
  }
  return DYNAMIC;
}

const examples: Readonly<Record<string, string>> = {
  list: "list(string)",
  set: "set(string)",
  map: "map(string)",
  tuple: "tuple([string, number])",
  object: "object({ name = string })",
};

function parseConstructor(node: FunctionCall, diagnostics: Diagnostic[]): Type {
  const { name } = node;
  if (name === "optional") {
    diagnostics.push(invalidType("optional(…) can only be used for an attribute of object({…}).", node.range));
    return DYNAMIC;
  }
  if (!constructors.includes(name)) {
    const hint = keywords[name] ? ` Write ${name} without parentheses.` : didYouMean(name, constructors);
    diagnostics.push(invalidType(`"${name}" is not a type that takes arguments.${hint}`, node.nameRange));
    return DYNAMIC;
  }
  const argument = node.args[0];
  if (!argument || node.args.length > 1 || node.expandFinal) {
    diagnostics.push(invalidType(`The type ${name} takes exactly one argument: ${examples[name]}.`, node.range));
    return DYNAMIC;
  }
  if (name === "object") return parseObject(argument, diagnostics);
  if (name === "tuple") return parseTuple(argument, diagnostics);
  return collections[name]!(parseType(argument, diagnostics));
}

function parseTuple(argument: Expression, diagnostics: Diagnostic[]): Type {
  if (argument.kind === "tuple") return tupleOf(argument.items.map((item) => parseType(item, diagnostics)));
  diagnostics.push(
    invalidType(`The argument of tuple is a list of types in brackets: ${examples["tuple"]}.`, argument.range),
  );
  return DYNAMIC;
}

function parseObject(argument: Expression, diagnostics: Diagnostic[]): Type {
  if (argument.kind !== "object") {
    diagnostics.push(
      invalidType(
        `The argument of object is attributes and their types in braces: ${examples["object"]}.`,
        argument.range,
      ),
    );
    return DYNAMIC;
  }
  return { kind: "object", attributes: parseAttributes(argument, diagnostics) };
}

function parseAttributes(node: ObjectExpression, diagnostics: Diagnostic[]): ReadonlyMap<string, ObjectAttribute> {
  const attributes = new Map<string, ObjectAttribute>();
  for (const item of node.items) {
    const name = attributeName(item);
    if (name === undefined)
      diagnostics.push(invalidType("The name of an attribute must be a plain word.", item.key.range));
    else if (attributes.has(name)) diagnostics.push(invalidType("This attribute is defined twice.", item.key.range));
    else attributes.set(name, parseAttribute(item.value, diagnostics));
  }
  return new Map([...attributes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function attributeName({ bareKey, key }: ObjectItem): string | undefined {
  if (bareKey !== undefined) return bareKey;
  const part = key.kind === "template" && key.parts.length === 1 ? key.parts[0] : undefined;
  return part?.kind === "text" ? part.text : undefined;
}

/** A type, or `optional(type)`, or `optional(type, default)`. */
function parseAttribute(node: Expression, diagnostics: Diagnostic[]): ObjectAttribute {
  if (node.kind !== "call" || node.name !== "optional") return { type: parseType(node, diagnostics) };
  const [typeNode, defaultNode, extra] = node.args;
  if (!typeNode || extra) {
    diagnostics.push(
      invalidType("optional takes a type and, if wanted, a default value: optional(number, 10).", node.range),
    );
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
  if (result.value) return result.value;
  const detail = `The default does not fit the type of the attribute: ${describeConversionError(result.error)}.`;
  diagnostics.push(errorAt("invalid-default", "Invalid default value", detail, node.range));
  return undefined;
}

const invalidType = (detail: string, subject: SourceRange): Diagnostic =>
  errorAt("invalid-type", "Invalid type specification", detail, subject);
