import type { FunctionCall } from "../ast.ts";
import { convert } from "../convert.ts";
import { describeConversionError } from "../conversion.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Evaluation, Scope } from "../evaluate/contract.ts";
import * as messages from "../messages/call-messages.ts";
import { isSensitive, mark, unmark } from "../marks.ts";
import { formatType } from "../type.ts";
import { parseTypeConstraint } from "../type-constraint.ts";
import {
  BOOL,
  boolValue,
  DYNAMIC,
  listOf,
  mapOf,
  NUMBER,
  setOf,
  STRING,
  stringValue,
  unknownValue,
  type Type,
  type Value,
} from "../value.ts";
import { anyParam } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";

const rawParam = anyParam("value", { allowNull: true, depth: "raw" });

function conversion(name: string, type: Type, what: string, example: readonly [string, string]): FunctionDeclaration {
  return {
    name,
    group: "type",
    parameters: [rawParam],
    returns: type,
    description: `Converts a value to ${what}. A value that does not convert is an error.`,
    example,
    call: ([value]) => {
      const result = convert(value!, type);
      if (result.value) return result.value;
      throw new FunctionError(`${describeConversionError(result.error)}.`, 0);
    },
  };
}

export const typeFunctions: readonly FunctionDeclaration[] = [
  conversion("tostring", STRING, "a text", ["tostring(1.50)", '"1.5"']),
  conversion("tonumber", NUMBER, "a number", ['tonumber("1.50")', "1.5"]),
  conversion("tobool", BOOL, "a bool", ['tobool("true")', "true"]),
  conversion("tolist", listOf(DYNAMIC), "a list", ['tolist(["a", 1])', '["a", "1"]']),
  conversion("toset", setOf(DYNAMIC), "a set", ['toset(["b", "a", "b"])', 'toset(["a", "b"])']),
  conversion("tomap", mapOf(DYNAMIC), "a map", ['tomap({ a = "x", b = 1 })', '{ a = "x", b = "1" }']),
  {
    name: "convert",
    group: "type",
    parameters: [anyParam("value"), anyParam("type")],
    description: "Converts a value to a type, written as in a variable block: convert(value, list(string)).",
    example: ['convert(["b", "a"], set(string))', 'toset(["a", "b"])'],
    special: convertCall,
  },
  {
    name: "type",
    group: "type",
    parameters: [rawParam],
    returns: STRING,
    description: "The type of a value, as a text.",
    example: ['type(["a", 1])', '"tuple([string, number])"'],
    call: ([value]) => stringValue(formatType(value!.type)),
  },
  {
    name: "sensitive",
    group: "type",
    parameters: [rawParam],
    returns: DYNAMIC,
    description: "The value, marked as secret: it, and all that is made from it, is shown nowhere.",
    example: ['issensitive(sensitive("x"))', "true"],
    call: ([value]) => mark(value!),
  },
  {
    name: "nonsensitive",
    group: "type",
    parameters: [rawParam],
    returns: DYNAMIC,
    description:
      "The value without the mark of a secret, for what is made from a secret but reveals nothing. Elements inside it that are secret on their own stay so.",
    example: ['nonsensitive(length(sensitive("abc")))', "3"],
    call: ([value]) => unmark(value!),
  },
  {
    name: "issensitive",
    group: "type",
    parameters: [rawParam],
    returns: BOOL,
    description: "Whether a value is marked as secret.",
    example: ['issensitive("x")', "false"],
    call: ([value]) => boolValue(isSensitive(value!)),
  },
];

function convertCall(node: FunctionCall, scope: Scope, evaluation: Evaluation): Value {
  const [valueNode, typeNode, extra] = node.args;
  if (!valueNode || !typeNode || extra || node.expandFinal) {
    evaluation.report(wrongCount(node), node, scope);
    return unknownValue();
  }
  const value = evaluation.evaluate(valueNode, scope);
  const { type, diagnostics } = parseTypeConstraint(typeNode);
  for (const diagnostic of diagnostics) evaluation.pass(diagnostic);
  if (diagnostics.length > 0) return unknownValue();
  const result = convert(value, type);
  if (result.value) return result.value;
  const problem = `${describeConversionError(result.error)}.`;
  const place = { subject: valueNode.range, context: node.range };
  evaluation.report(messages.invalidArgument("convert", "value", problem, place), node, scope);
  return unknownValue(type);
}

function wrongCount({ args, range }: FunctionCall): Diagnostic {
  const expected = "2 arguments (value, type)";
  const [value, , extra] = args;
  if (extra) return messages.tooManyArguments("convert", expected, { subject: extra.range, context: range });
  const missing = value ? "type" : "value";
  return messages.tooFewArguments("convert", missing, expected, { subject: range, context: range });
}
