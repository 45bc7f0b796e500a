import type { Block, Expression } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { evaluate } from "../../language/evaluate/evaluate.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { containsSensitive } from "../../language/marks.ts";
import { lineOf } from "../../language/position.ts";
import type { SourceRange } from "../../language/source.ts";
import { BOOL, isKnown, isNull, truthOf } from "../../language/value.ts";
import { error } from "../diagnostics.ts";
import { checkShape, missingArgument } from "./check-shape.ts";
import type { Validation, VariableDeclaration } from "./variable-declaration.ts";

const shape = { attributes: ["condition", "error_message"], blocks: {} };

/** A `validation` block; nothing after an error, which is reported. */
export function readValidation(block: Block, diagnostics: Diagnostic[]): readonly Validation[] {
  const { attributes, diagnostics: problems } = checkShape(block.body, shape, 'in a "validation" block');
  diagnostics.push(...problems);
  const missing = shape.attributes.filter((name) => !attributes.has(name));
  diagnostics.push(...missing.map((name) => missingArgument(name, block.headerRange)));
  const condition = attributes.get("condition")?.expression;
  const message = attributes.get("error_message")?.expression;
  if (!condition || !message) return [];
  const text = constantText(message);
  if (text !== undefined && !isSentence(text)) diagnostics.push(notASentence(message.range));
  return [{ condition, message }];
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
  const problems = result.diagnostics.map((problem) => onlyItself(problem, declaration.name));
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

const notASentence = (subject: SourceRange): Diagnostic =>
  error(
    "invalid-error-message",
    subject,
    "Invalid validation error message",
    "The message must be a whole sentence: it begins with a capital letter and ends with a full stop, a question mark or an exclamation mark.",
  );

/** Codes of the evaluator for a name that does not exist. */
const unknownNames: ReadonlySet<string> = new Set(["unknown-variable", "unsupported-attribute"]);

function onlyItself(problem: Diagnostic, name: string): Diagnostic {
  if (!unknownNames.has(problem.code)) return problem;
  return {
    ...problem,
    code: "validation-reference",
    summary: "Invalid reference in validation",
    detail: `A condition can refer to its own variable only: var.${name}.`,
    values: undefined,
  };
}

const notACondition = (subject: SourceRange): Diagnostic =>
  error("wrong-condition-type", subject, "Incorrect condition type", "The condition must be true or false.");

function violated({ range, sensitive }: VariableDeclaration, message: string, rule: SourceRange): Diagnostic {
  const written = `${rule.file.name}:${lineOf(rule.file, rule.start)}`;
  const place = sensitive ? range : { subject: range, context: rule };
  const detail = `${message}\nThe rule is at ${written}.`;
  return error("invalid-variable-value", place, "Invalid value for input variable", detail);
}
