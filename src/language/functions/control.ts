import type { FunctionCall } from "../ast.ts";
import type { Evaluation, Scope, EvaluationSite } from "../evaluate/contract.ts";
import * as messages from "../messages/call-messages.ts";
import { deepMarks, withMarks } from "../marks.ts";
import { hasErrors } from "../diagnostic.ts";
import { BOOL, boolValue, isKnown, STRING, stringValue, unknownValue, type Value } from "../value.ts";
import { anyParam, stringParam, textAt } from "./arguments.ts";
import type { FunctionDeclaration } from "./definition.ts";

export const controlFunctions: readonly FunctionDeclaration[] = [
  {
    name: "try",
    group: "control",
    parameters: [anyParam("expressions")],
    variadic: anyParam("expressions"),
    description: "The value of the first argument that evaluates without an error.",
    example: ['try({ a = 1 }.b, "fallback")', '"fallback"'],
    takesItems: true,
    special: tryCall,
  },
  {
    name: "can",
    group: "control",
    parameters: [anyParam("expression")],
    description: "Whether an expression evaluates without an error.",
    example: ['can(regex("^[a-z]+$", "abc"))', "true"],
    takesItems: true,
    special: canCall,
  },
  {
    name: "env",
    group: "control",
    parameters: [stringParam("name")],
    returns: STRING,
    description: "The value of an environment variable, or an empty text when it is not set.",
    example: ['env("NO_SUCH_VARIABLE")', '""'],
    call: (args, { env }) => stringValue(env[textAt(args, 0)] ?? ""),
  },
];

function tryCall(node: FunctionCall, scope: Scope, evaluation: Evaluation): Value {
  if (node.args.length === 0) return fail("try", "it takes at least one expression.", { node, scope, evaluation });
  const problems: string[] = [];
  for (const argument of node.args) {
    const { value, diagnostics } = evaluation.attempt(argument, scope);
    if (!hasErrors(diagnostics)) return value;
    problems.push(diagnostics[0]!.detail);
  }
  const list = problems.map((problem) => `\n- ${problem}`).join("");
  return fail("try", `no argument evaluates without an error.${list}`, { node, scope, evaluation });
}

function canCall(node: FunctionCall, scope: Scope, evaluation: Evaluation): Value {
  const [argument] = node.args;
  if (!argument || node.args.length > 1)
    return fail("can", "it takes exactly one expression.", { node, scope, evaluation });
  const { value, diagnostics } = evaluation.attempt(argument, scope);
  if (hasErrors(diagnostics)) return boolValue(false);
  if (!isKnown(value)) return withMarks(unknownValue(BOOL), deepMarks(value));
  return withMarks(boolValue(true), deepMarks(value));
}

function fail(name: string, problem: string, { node, scope, evaluation }: EvaluationSite<FunctionCall>): Value {
  const place = { subject: node.range, context: node.range };
  evaluation.report(messages.failedCall(name, problem, place), node, scope);
  return unknownValue();
}
