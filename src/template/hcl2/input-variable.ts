import type { Attribute, Block, Expression } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import { applyDefaults } from "../../language/defaults.ts";
import { describeConversionError } from "../../language/conversion.ts";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { evaluate } from "../../language/evaluate/evaluate.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { parseLiteralAsExpression } from "../../language/parse.ts";
import { parseTypeConstraint } from "../../language/type-constraint.ts";
import {
  BOOL,
  isKnown,
  isNull,
  STRING,
  textOf,
  truthOf,
  unknownValue,
  type Type,
  type Value,
} from "../../language/value.ts";
import { checkShape } from "./check-shape.ts";
import { headerOf, nameOf } from "./declarations.ts";
import type { VariableDeclaration } from "./variable-declaration.ts";
import { readValidation } from "./variable-validation.ts";
import { explainDefault, invalidDefault, unsuitableSecret } from "../messages/variables.ts";
import { invalidMetaArgument } from "../messages/meta-arguments.ts";

const shape = {
  attributes: ["description", "default", "type", "sensitive"],
  blocks: { validation: [] },
};

/** Reads a `variable` block or one line of `variables`. `scope` has functions only. */
export function readVariable(item: Block | Attribute, scope: Scope, diagnostics: Diagnostic[]): VariableDeclaration {
  const found: Diagnostic[] = [];
  const declaration = item.kind === "attribute" ? readLine(item, scope, found) : readBlock(item, scope, found);
  diagnostics.push(...found);
  return { ...declaration, isBroken: hasErrors(found) };
}

type ReadDeclaration = Omit<VariableDeclaration, "isBroken">;

function readLine(item: Attribute, scope: Scope, diagnostics: Diagnostic[]): ReadDeclaration {
  const value = readDefault(item.expression, undefined, scope, diagnostics);
  return {
    name: nameOf(item),
    range: headerOf(item),
    description: undefined,
    type: value.type,
    isTyped: false,
    default: value,
    sensitive: false,
    validations: [],
  };
}

function readBlock(block: Block, scope: Scope, diagnostics: Diagnostic[]): ReadDeclaration {
  const range = headerOf(block);
  const { attributes, blocks, diagnostics: problems } = checkShape(block.body, shape, 'in a "variable" block');
  diagnostics.push(...problems);
  const typeExpression = attributes.get("type")?.expression;
  const type = typeExpression && readType(typeExpression, diagnostics);
  const sensitive = readConstant(attributes.get("sensitive"), BOOL, truthOf, diagnostics) ?? false;
  const defaultExpression = attributes.get("default")?.expression;
  const found: Diagnostic[] = [];
  const value = defaultExpression && readDefault(defaultExpression, type, scope, found);
  // An excerpt of the template would show the secret.
  const isSecretWrong = sensitive && hasErrors(found);
  diagnostics.push(...(isSecretWrong ? [unsuitableSecret(range)] : found));
  const name = nameOf(block);
  return {
    name,
    range,
    description: readConstant(attributes.get("description"), STRING, textOf, diagnostics),
    type: type ?? value?.type,
    isTyped: type !== undefined,
    default: value,
    sensitive,
    validations: blocks.flatMap((validation) => readValidation(validation, name, diagnostics)),
  };
}

function readType(expression: Expression, diagnostics: Diagnostic[]): Type {
  // In JSON, a type can only be written as a string.
  const isJson = expression.range.file.name.endsWith(".json");
  const literal = isJson ? parseLiteralAsExpression(expression) : undefined;
  const parsed = parseTypeConstraint(literal?.expression ?? expression);
  diagnostics.push(...(literal?.diagnostics ?? []), ...parsed.diagnostics);
  return parsed.type;
}

function readDefault(expression: Expression, type: Type | undefined, scope: Scope, diagnostics: Diagnostic[]): Value {
  const { value, diagnostics: problems } = evaluate(expression, scope);
  diagnostics.push(...problems.map(explainDefault));
  if (hasErrors(problems)) return unknownValue(type);
  if (!type) return value;
  const result = convert(applyDefaults(value, type), type);
  if (result.value) return result.value;
  diagnostics.push(invalidDefault(describeConversionError(result.error), expression.range));
  return unknownValue(type);
}

/** The value of an attribute that has to be constant, or undefined (reported) where it is not. */
export function readConstant<Result>(
  attribute: Attribute | undefined,
  type: Type,
  extract: (value: Value) => Result,
  diagnostics: Diagnostic[],
): Result | undefined {
  if (!attribute) return undefined;
  const { name, expression } = attribute;
  const { value, diagnostics: problems } = evaluate(expression, { variables: new Map() });
  diagnostics.push(...problems);
  if (hasErrors(problems)) return undefined;
  const { value: converted, error: problem } = convert(value, type);
  if (!converted) {
    diagnostics.push(invalidMetaArgument(name, describeConversionError(problem), expression.range));
    return undefined;
  }
  if (isNull(converted)) return undefined;
  if (isKnown(converted)) return extract(converted);
  diagnostics.push(invalidMetaArgument(name, "the value is not known", expression.range));
  return undefined;
}
