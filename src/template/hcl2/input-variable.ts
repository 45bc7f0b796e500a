import type { Attribute, Block, Expression } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import { describeConversionError } from "../../language/conversion.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { hasErrors } from "../../language/diagnostic.ts";
import { evaluate } from "../../language/evaluate/evaluate.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { containsSensitive } from "../../language/marks.ts";
import { parseLiteralAsExpression } from "../../language/parse.ts";
import { lineOf } from "../../language/position.ts";
import type { SourceRange } from "../../language/source.ts";
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
import { error } from "../diagnostics.ts";
import { checkShape } from "./block-shape.ts";
import { headerOf, nameOf } from "./declarations.ts";

/** An input variable as declared, before it has a value. */
export interface VariableDeclaration {
  readonly name: string;
  readonly range: SourceRange;
  readonly description: string | undefined;
  /** Declared with `type`, or that of the default; undefined where there is neither. */
  readonly type: Type | undefined;
  /** Whether `type` was written: a type that only follows from the default binds primitives alone. */
  readonly isTyped: boolean;
  readonly default: Value | undefined;
  readonly sensitive: boolean;
  readonly validations: readonly Validation[];
  /** Something is wrong with the declaration itself, and reported. */
  readonly isBroken: boolean;
}

interface Validation {
  readonly condition: Expression;
  readonly message: Expression;
}

const shape = {
  attributes: ["description", "default", "type", "sensitive"],
  blocks: { validation: [] },
};

/** Reads a `variable` block or one line of `variables`. `scope` has functions only. */
export function readVariable(item: Block | Attribute, scope: Scope, diagnostics: Diagnostic[]): VariableDeclaration {
  const name = nameOf(item);
  const range = headerOf(item);
  if (item.kind === "attribute") {
    const value = readDefault(item.expression, undefined, scope, diagnostics);
    return {
      name,
      range,
      description: undefined,
      type: value?.type,
      isTyped: false,
      default: value,
      sensitive: false,
      validations: [],
      isBroken: false,
    };
  }
  const { attributes, blocks, diagnostics: problems } = checkShape(item.body, shape, 'in a "variable" block');
  diagnostics.push(...problems);
  const before = diagnostics.length - problems.length;
  const typeAttribute = attributes.get("type");
  const type = typeAttribute && readType(typeAttribute.expression, diagnostics);
  const defaultAttribute = attributes.get("default");
  const sensitive = readConstant(attributes.get("sensitive"), BOOL, truthOf, diagnostics) ?? false;
  const found: Diagnostic[] = [];
  const value = defaultAttribute && readDefault(defaultAttribute.expression, type, scope, found);
  // An excerpt of the template would show the secret.
  diagnostics.push(...(sensitive && hasErrors(found) ? [unsuitableSecret(range)] : found));
  return {
    name,
    range,
    description: readConstant(attributes.get("description"), STRING, textOf, diagnostics),
    type: type ?? value?.type,
    isTyped: type !== undefined,
    default: value,
    sensitive,
    validations: blocks.flatMap((block) => readValidation(block, diagnostics)),
    isBroken: diagnostics.slice(before).some(({ severity }) => severity === "error"),
  };
}

function readType(expression: Expression, diagnostics: Diagnostic[]): Type {
  // In JSON, a type can only be written as a string.
  const isJson = expression.range.file.name.endsWith(".json");
  const literal = isJson ? parseLiteralAsExpression(expression) : undefined;
  const parsed = parseTypeConstraint(literal ? literal.expression : expression);
  diagnostics.push(...(literal?.diagnostics ?? []), ...parsed.diagnostics);
  return parsed.type;
}

function readDefault(expression: Expression, type: Type | undefined, scope: Scope, diagnostics: Diagnostic[]): Value {
  const { value, diagnostics: problems } = evaluate(expression, scope);
  diagnostics.push(...problems.map((problem) => (problem.code === "no-variables" ? notConstant(problem) : problem)));
  if (hasErrors(problems)) return unknownValue(type);
  if (!type) return value;
  const result = convert(value, type);
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
  const { value, diagnostics: problems } = evaluate(attribute.expression, { variables: new Map() });
  diagnostics.push(...problems);
  if (hasErrors(problems)) return undefined;
  const result = convert(value, type);
  if (result.value && isNull(result.value)) return undefined;
  if (result.value && isKnown(result.value)) return extract(result.value);
  const why = result.error ? describeConversionError(result.error) : "the value is not known";
  diagnostics.push(
    error(
      "invalid-argument",
      "Invalid value",
      `Inappropriate value for "${attribute.name}": ${why}.`,
      attribute.expression.range,
    ),
  );
  return undefined;
}

function readValidation(block: Block, diagnostics: Diagnostic[]): Validation[] {
  const where = 'in a "validation" block';
  const { attributes, diagnostics: problems } = checkShape(
    block.body,
    { attributes: ["condition", "error_message"], blocks: {} },
    where,
  );
  diagnostics.push(...problems);
  const condition = attributes.get("condition");
  const message = attributes.get("error_message");
  for (const [name, attribute] of [
    ["condition", condition],
    ["error_message", message],
  ] as const) {
    if (!attribute) diagnostics.push(missingArgument(name, block.headerRange));
  }
  if (!condition || !message) return [];
  const text = evaluate(message.expression, { variables: new Map() });
  if (
    text.diagnostics.length === 0 &&
    isKnown(text.value) &&
    typeof text.value.content === "string" &&
    !isSentence(text.value.content)
  ) {
    diagnostics.push(notASentence(message.expression.range));
  }
  return [{ condition: condition.expression, message: message.expression }];
}

const isSentence = (text: string): boolean => /^\p{Lu}[\s\S]*[.?!]$/u.test(text.trim());

/** Holds the value that `scope` has for the variable against the variable's own rules. */
export function validateVariable(declaration: VariableDeclaration, scope: Scope): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const { condition, message } of declaration.validations) {
    const result = evaluate(condition, scope);
    diagnostics.push(...result.diagnostics.map((problem) => onlyItself(problem, declaration.name)));
    if (hasErrors(result.diagnostics)) continue;
    const holds = convert(result.value, BOOL);
    if (holds.error || isNull(holds.value)) diagnostics.push(notACondition(condition.range));
    else if (isKnown(holds.value) && !truthOf(holds.value)) {
      diagnostics.push(violated(declaration, messageText(message, scope), condition.range));
    }
  }
  return diagnostics;
}

function messageText(message: Expression, scope: Scope): string {
  const { value, diagnostics } = evaluate(message, scope);
  const usable = diagnostics.length === 0 && typeof value.content === "string" && !containsSensitive(value);
  return usable ? value.content : "The value does not meet the condition.";
}

export const missingArgument = (name: string, subject: SourceRange): Diagnostic =>
  error(
    "missing-argument",
    "Missing required argument",
    `The argument "${name}" is required, but no definition was found.`,
    subject,
  );

const notConstant = (problem: Diagnostic): Diagnostic => ({
  ...problem,
  code: "default-not-constant",
  summary: "Default is not constant",
  detail:
    "A default may be made of constants and functions, but not refer to other values. Use a local value for that.",
});

const invalidDefault = (why: string, subject: SourceRange): Diagnostic =>
  error(
    "invalid-default",
    "Invalid default value",
    `The default does not fit the type of the variable: ${why}.`,
    subject,
  );

const unsuitableSecret = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-default",
    "Invalid default value",
    "The default is not suitable. The variable is sensitive, so the default is not shown.",
    subject,
  );

const notASentence = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-error-message",
    "Invalid validation error message",
    "The message must be a whole sentence: it begins with a capital letter and ends with a full stop, a question mark or an exclamation mark.",
    subject,
  );

const onlyItself = (problem: Diagnostic, name: string): Diagnostic =>
  problem.code === "unknown-variable" || problem.code === "unsupported-attribute"
    ? {
        ...problem,
        code: "validation-reference",
        summary: "Invalid reference in validation",
        detail: `A condition can refer to its own variable only: var.${name}.`,
        values: undefined,
      }
    : problem;

const notACondition = (subject: SourceRange): Diagnostic =>
  error("wrong-condition-type", "Incorrect condition type", "The condition must be true or false.", subject);

const violated = (declaration: VariableDeclaration, message: string, context: SourceRange): Diagnostic =>
  error(
    "invalid-variable-value",
    "Invalid value for input variable",
    `${message}\nThe rule is at ${context.file.name}:${lineOf(context.file, context.start)}.`,
    declaration.range,
    declaration.sensitive ? {} : { context },
  );
