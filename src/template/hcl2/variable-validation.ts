import type { Block, Expression } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { evaluate } from "../../language/evaluate/evaluate.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { containsSensitive } from "../../language/marks.ts";
import { references, type Reference } from "../../language/references.ts";
import { BOOL, isKnown, isNull, truthOf } from "../../language/value.ts";
import { checkShape } from "./check-shape.ts";
import type { Validation, VariableDeclaration } from "./variable-declaration.ts";
import { notACondition, notASentence, onlyItself, violated } from "../messages/variables.ts";
import { missingArgument } from "../messages/blocks.ts";

const shape = { attributes: ["condition", "error_message"], blocks: {} };

/** A `validation` block of the variable `name`; nothing after an error, which is reported. */
export function readValidation(block: Block, name: string, diagnostics: Diagnostic[]): readonly Validation[] {
  const { attributes, diagnostics: problems } = checkShape(block.body, shape, 'in a "validation" block');
  diagnostics.push(...problems);
  const missing = shape.attributes.filter((name) => !attributes.has(name));
  diagnostics.push(...missing.map((name) => missingArgument(name, block.headerRange)));
  const condition = attributes.get("condition")?.expression;
  const message = attributes.get("error_message")?.expression;
  if (!condition || !message) return [];
  const text = constantText(message);
  if (text !== undefined && !isSentence(text)) diagnostics.push(notASentence(message.range));
  const foreign = [...references(condition), ...references(message)].filter((reference) => !isOwn(reference, name));
  diagnostics.push(...foreign.map(({ range }) => onlyItself(name, range)));
  return foreign.length > 0 ? [] : [{ condition, message }];
}

/** `var` alone has the variable in it. */
function isOwn({ root, steps }: Reference, name: string): boolean {
  return root === "var" && (steps.length === 0 || steps[0]!.key === name);
}

/** The text of a message that refers to nothing. */
function constantText(message: Expression): string | undefined {
  const { value, diagnostics } = evaluate(message, { variables: new Map() });
  if (diagnostics.length > 0 || typeof value.content !== "string") return undefined;
  return value.content;
}

const isSentence = (text: string): boolean => /^\p{Lu}[\s\S]*[.?!]$/u.test(text.trim());

/** Checks the value that `scope` has for the variable against the variable's own rules. */
export function validateVariable(declaration: VariableDeclaration, scope: Scope): readonly Diagnostic[] {
  return declaration.validations.flatMap((validation) => checkValidation(validation, declaration, scope));
}

function checkValidation(
  { condition, message }: Validation,
  declaration: VariableDeclaration,
  scope: Scope,
): readonly Diagnostic[] {
  const result = evaluate(condition, scope);
  const problems = result.diagnostics;
  if (hasErrors(problems)) return problems;
  const holds = convert(result.value, BOOL);
  if (holds.error || isNull(holds.value)) return [...problems, notACondition(condition.range)];
  if (!isKnown(holds.value) || truthOf(holds.value)) return problems;
  return [...problems, violated(declaration, messageText(message, scope), condition.range)];
}

function messageText(message: Expression, scope: Scope): string {
  const { value, diagnostics } = evaluate(message, scope);
  const isUsable = diagnostics.length === 0 && !containsSensitive(value);
  if (isUsable && typeof value.content === "string") return value.content;
  return "The value does not meet the condition.";
}
