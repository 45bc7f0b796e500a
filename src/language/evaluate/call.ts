import type { FunctionCall } from "../ast.ts";
import { convert } from "../convert.ts";
import { describeConversionError } from "../conversion.ts";
import { FunctionError } from "../functions/definition.ts";
import type { FunctionDefinition, OrdinaryFunction, Parameter, Evaluation, Scope } from "./contract.ts";
import { containsSensitive, deepMarks, deepUnmark, mark, union, unmark, withMarks } from "../marks.ts";
import type { SourceRange } from "../source.ts";
import { isKnown, isNull, isWhollyKnown, itemsOf, NO_MARKS, unknownValue, type Mark, type Value } from "../value.ts";
import * as messages from "./call-messages.ts";
import { functionsOf } from "./scope.ts";

/** `name(argument, …)`: checks and converts the arguments as the function declares them, then calls it. */
export function evaluateCall(node: FunctionCall, scope: Scope, evaluation: Evaluation): Value {
  const functions = functionsOf(scope);
  const definition = functions?.get(node.name);
  if (!definition) {
    const known = [...(functions?.keys() ?? [])];
    const message =
      known.length === 0
        ? messages.noFunctions(node.name, node.nameRange)
        : messages.unknownFunction(node.name, known, node.nameRange);
    evaluation.report(message, node, scope);
    return unknownValue();
  }
  const result = definition.special
    ? definition.special(node, scope, evaluation)
    : callOrdinary(definition, { node, scope, evaluation });
  if (functions?.onSensitive && containsSensitive(result)) functions.onSensitive(result);
  return result;
}

interface Site {
  readonly node: FunctionCall;
  readonly scope: Scope;
  readonly evaluation: Evaluation;
}

interface Argument {
  readonly value: Value;
  readonly range: SourceRange;
}

function callOrdinary(definition: OrdinaryFunction, site: Site): Value {
  const { given, marks } = evaluateArguments(site);
  // Even the unknown result of a wrong call is as secret as its arguments: try(…) may go on with it.
  const failure = withMarks(unknownValue(knownType(definition)), marks);
  if (!given || !checkCount(definition, given.length, site)) return failure;
  const converted = given.map((argument, index) => checkArgument(definition, index, argument, site));
  if (converted.some((value) => value === undefined)) return failure;
  return apply(definition, converted as Value[], given, site);
}

/** The type of the result as far as it can be told without arguments. */
const knownType = ({ returns }: OrdinaryFunction) => (typeof returns === "function" ? undefined : returns);

interface Given {
  /** All arguments, the expanded ones included; undefined when their number is not known (or wrong, and reported). */
  readonly given: readonly Argument[] | undefined;
  /** Of everything in all of them. */
  readonly marks: ReadonlySet<Mark>;
}

function evaluateArguments({ node, scope, evaluation }: Site): Given {
  const evaluated = node.args.map((arg) => ({ value: evaluation.evaluate(arg, scope), range: arg.range }));
  const marks = evaluated.reduce((all, { value }) => union(all, deepMarks(value)), NO_MARKS);
  const last = node.expandFinal ? evaluated.pop() : undefined;
  if (!last) return { given: evaluated, marks };
  const { value, range } = last;
  const isSequence = value.type.kind === "list" || value.type.kind === "set" || value.type.kind === "tuple";
  if (isNull(value) || (!isSequence && value.type.kind !== "dynamic")) {
    const problem = isNull(value) ? "is null; it must be a list, set or tuple." : "must be a list, set or tuple.";
    evaluation.report(messages.invalidExpansion(problem, range, node.range), node, scope);
    return { given: undefined, marks };
  }
  if (!isKnown(value)) return { given: undefined, marks };
  const expanded = itemsOf(value).map((item) => ({ value: withMarks(item, value.marks), range }));
  return { given: [...evaluated, ...expanded], marks };
}

function checkCount(definition: OrdinaryFunction, count: number, { node, scope, evaluation }: Site): boolean {
  const { name, parameters, variadic } = definition;
  const missing = parameters[count];
  if (missing) {
    const message = messages.tooFewArguments(name, missing.name, describeSignature(definition), node.range, node.range);
    evaluation.report(message, node, scope);
    return false;
  }
  if (count <= parameters.length || variadic) return true;
  const extra = node.args[parameters.length]?.range ?? node.range;
  evaluation.report(messages.tooManyArguments(name, describeSignature(definition), extra, node.range), node, scope);
  return false;
}

/** `2 arguments (list, index)`, `at least 1 argument (format, …)` */
function describeSignature({ parameters, variadic }: Pick<FunctionDefinition, "parameters" | "variadic">): string {
  const named = parameters.map(({ name }) => name).filter((name) => name !== variadic?.name);
  const names = [...named, ...(variadic ? [`${variadic.name}...`] : [])];
  const count = `${parameters.length} argument${parameters.length === 1 ? "" : "s"}`;
  if (names.length === 0) return "no arguments";
  return `${variadic ? "at least " : ""}${count} (${names.join(", ")})`;
}

const parameterAt = ({ parameters, variadic }: OrdinaryFunction, index: number): Parameter =>
  (parameters[index] ?? variadic)!;

function checkArgument(
  definition: OrdinaryFunction,
  index: number,
  { value, range }: Argument,
  site: Site,
): Value | undefined {
  const parameter = parameterAt(definition, index);
  const { node, scope, evaluation } = site;
  const reject = (problem: string): undefined => {
    evaluation.report(
      messages.invalidArgument(definition.name, parameter.name, problem, range, node.range),
      node,
      scope,
    );
    return undefined;
  };
  if (isNull(value) && !parameter.allowNull) return reject("it must not be null.");
  const result = convert(value, parameter.type);
  return result.value ?? reject(`${describeConversionError(result.error)}.`);
}

function apply(definition: OrdinaryFunction, values: readonly Value[], given: readonly Argument[], site: Site): Value {
  const depths = values.map((_, index) => parameterAt(definition, index).depth ?? "deep");
  const marks = values.reduce((all, value, index) => union(all, marksSeen(value, depths[index]!)), NO_MARKS);
  const finish = (value: Value): Value => withMarks(definition.secretResult ? mark(value) : value, marks);
  const bare = values.map((value, index) =>
    depths[index] === "deep" ? deepUnmark(value) : depths[index] === "shallow" ? unmark(value) : value,
  );
  const returned = () => (typeof definition.returns === "function" ? definition.returns(bare) : definition.returns);
  const isReady = bare.every((value, index) =>
    depths[index] === "deep" ? isWhollyKnown(value) : depths[index] === "raw" || isKnown(value),
  );
  try {
    return finish(isReady ? definition.call(bare) : unknownValue(returned()));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    reportFailure(error, definition, { values, given }, site);
    return finish(unknownValue(knownType(definition)));
  }
}

function marksSeen(value: Value, depth: "deep" | "shallow" | "raw"): ReadonlySet<Mark> {
  if (depth === "raw") return NO_MARKS;
  return depth === "deep" ? deepMarks(value) : value.marks;
}

function reportFailure(
  error: FunctionError,
  definition: OrdinaryFunction,
  { values, given }: { values: readonly Value[]; given: readonly Argument[] },
  site: Site,
): void {
  const { node, scope, evaluation } = site;
  const isSecret = values.some((value) => deepMarks(value).size > 0);
  for (const diagnostic of error.diagnostics ?? []) evaluation.pass(diagnostic);
  if (error.diagnostics && error.diagnostics.length > 0) return;
  // The reason may quote the argument, or part of it.
  const problem = isSecret ? "the reason is not shown, because an argument is sensitive." : error.message;
  const index = error.argument;
  const message =
    index === undefined
      ? messages.failedCall(definition.name, problem, node.range, node.range)
      : messages.invalidArgument(
          definition.name,
          parameterAt(definition, index).name,
          problem,
          given[index]?.range ?? node.range,
          node.range,
        );
  evaluation.report(message, node, scope);
}
