import { counted } from "../../lib/words.ts";
import type { Expression, FunctionCall } from "../ast.ts";
import { convert } from "../convert.ts";
import { describeConversionError } from "../conversion.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { FunctionError } from "../functions/definition.ts";
import { containsSensitive, deepMarks, deepUnmark, mark, union, unmark, withMarks } from "../marks.ts";
import * as messages from "../messages/call-messages.ts";
import type { SourceRange } from "../source.ts";
import { isSequence } from "../type.ts";
import { isKnown, isNull, isWhollyKnown, itemsOf, NO_MARKS, unknownValue } from "../value.ts";
import type { Mark, Type, Value } from "../value.ts";
import type {
  Depth,
  Evaluation,
  FunctionDefinition,
  OrdinaryFunction,
  Parameter,
  Scope,
  EvaluationSite,
} from "./contract.ts";
import { childScope, functionsOf } from "./scope.ts";

/** `name(argument, …)`: checks and converts the arguments as the function declares them, then calls it. */
export function evaluateCall(node: FunctionCall, scope: Scope, evaluation: Evaluation): Value {
  const functions = functionsOf(scope);
  const definition = functions?.get(node.name);
  if (!definition) {
    evaluation.report(unknownFunction(node, [...(functions?.keys() ?? [])]), node, scope);
    return unknownValue();
  }
  const result = callFunction(definition, { node, scope, evaluation });
  if (functions?.onSensitive && containsSensitive(result)) functions.onSensitive(result);
  return result;
}

function unknownFunction({ name, nameRange }: FunctionCall, known: readonly string[]): Diagnostic {
  if (known.length === 0) return messages.noFunctions(name, nameRange);
  return messages.unknownFunction(name, known, nameRange);
}

type CallSite = EvaluationSite<FunctionCall>;

function callFunction(definition: FunctionDefinition, site: CallSite): Value {
  if (!definition.special) return callOrdinary(definition, site);
  if (!site.node.expandFinal || definition.takesItems !== true)
    return definition.special(site.node, site.scope, site.evaluation);
  const { expanded, failure } = expandedCall(site);
  if (!expanded) return failure;
  return definition.special(expanded.node, expanded.scope, expanded.evaluation);
}

/** The same call with an argument for each item of the last one, under names that no template can have. */
function expandedCall(site: CallSite): { readonly expanded: CallSite | undefined; readonly failure: Value } {
  const { node, scope, evaluation } = site;
  const final = node.args.at(-1)!;
  const value = evaluation.evaluate(final, scope);
  const failure = withMarks(unknownValue(), deepMarks(value));
  const items = expand({ value, range: final.range }, site);
  if (!items) return { expanded: undefined, failure };
  const named = items.map((item, index) => [`item ${index}`, item.value] as const);
  const args = named.map(([name]): Expression => ({ kind: "variable", name, range: final.range }));
  const expanded = { ...node, args: [...node.args.slice(0, -1), ...args], expandFinal: false };
  return { expanded: { node: expanded, scope: childScope(scope, named), evaluation }, failure };
}

interface GivenArgument {
  readonly value: Value;
  readonly range: SourceRange;
}

function callOrdinary(definition: OrdinaryFunction, site: CallSite): Value {
  const { given, marks } = evaluateArguments(site);
  // Even the unknown result of a failed call is as secret as its arguments: try(…) may continue with it.
  const failure = withMarks(unknownValue(knownType(definition)), marks);
  if (!given || !checkCount(definition, given.length, site)) return failure;
  if (areSwapped(definition, given, site)) return failure;
  const converted = given.map((argument, index) => checkArgument(definition, index, argument, site));
  if (converted.some((value) => value === undefined)) return failure;
  return apply(definition, converted as Value[], given, site);
}

/** The type of the result, if it is known without looking at arguments. */
function knownType({ returns }: OrdinaryFunction): Type | undefined {
  return typeof returns === "function" ? undefined : returns;
}

interface Given {
  /** All arguments, the expanded ones included; undefined when their number is not known (or wrong, and reported). */
  readonly given: readonly GivenArgument[] | undefined;
  /** Of everything in all of them. */
  readonly marks: ReadonlySet<Mark>;
}

function evaluateArguments(site: CallSite): Given {
  const { node, scope, evaluation } = site;
  const evaluated = node.args.map((arg) => ({ value: evaluation.evaluate(arg, scope), range: arg.range }));
  const marks = evaluated.reduce((all, { value }) => union(all, deepMarks(value)), NO_MARKS);
  if (!node.expandFinal) return { given: evaluated, marks };
  const first = evaluated.slice(0, -1);
  const expanded = expand(evaluated.at(-1)!, site);
  return { given: expanded && [...first, ...expanded], marks };
}

/** The arguments that `value...` stands for; undefined as in `Given`. */
function expand(
  { value, range }: GivenArgument,
  { node, scope, evaluation }: CallSite,
): readonly GivenArgument[] | undefined {
  const problem = whyNotExpandable(value);
  if (problem !== undefined) {
    evaluation.report(messages.invalidExpansion(problem, { subject: range, context: node.range }), node, scope);
    return undefined;
  }
  if (!isKnown(value)) return undefined;
  return itemsOf(value).map((item) => ({ value: withMarks(item, value.marks), range }));
}

function whyNotExpandable(value: Value): string | undefined {
  if (isNull(value)) return "is null; it must be a list, set or tuple.";
  if (isSequence(value.type) || value.type.kind === "dynamic") return undefined;
  return "must be a list, set or tuple.";
}

function checkCount(definition: OrdinaryFunction, count: number, { node, scope, evaluation }: CallSite): boolean {
  const message = wrongCount(definition, count, node);
  if (message) evaluation.report(message, node, scope);
  return message === undefined;
}

function wrongCount(definition: OrdinaryFunction, count: number, node: FunctionCall): Diagnostic | undefined {
  const { name, parameters, variadic } = definition;
  const expected = describeSignature(definition);
  const context = node.range;
  const missing = parameters[count];
  if (missing) return messages.tooFewArguments(name, missing.name, expected, { subject: node.range, context });
  if (count <= parameters.length || variadic) return undefined;
  const extra = node.args[parameters.length]?.range ?? node.range;
  return messages.tooManyArguments(name, expected, { subject: extra, context });
}

/** `2 arguments (list, index)`, `at least 1 argument (format, …)` */
function describeSignature({ parameters, variadic }: Pick<FunctionDefinition, "parameters" | "variadic">): string {
  const names = parameters.map(({ name }) => name).filter((name) => name !== variadic?.name);
  const count = counted(parameters.length, "argument");
  const list = names.join(", ");
  if (variadic && names.length === 0) return `at least ${count} (${variadic.name}...)`;
  if (variadic) return `at least ${count} (${list}, ${variadic.name}...)`;
  return names.length === 0 ? "no arguments" : `${count} (${list})`;
}

const parameterAt = ({ parameters, variadic }: OrdinaryFunction, index: number): Parameter =>
  (parameters[index] ?? variadic)!;

/** Converted to what the parameter takes, or undefined after reporting why it cannot be. */
function checkArgument(
  definition: OrdinaryFunction,
  index: number,
  { value, range }: GivenArgument,
  { node, scope, evaluation }: CallSite,
): Value | undefined {
  const parameter = parameterAt(definition, index);
  const reject = (problem: string): undefined => {
    const place = { subject: range, context: node.range };
    evaluation.report(messages.invalidArgument(definition.name, parameter.name, problem, place), node, scope);
    return undefined;
  };
  if (isNull(value) && !parameter.allowNull) return reject("it must not be null.");
  const result = convert(value, parameter.type);
  return result.value ?? reject(`${describeConversionError(result.error)}.`);
}

/** Reports two arguments that would be right the other way round: `join(list, ",")`. */
function areSwapped(definition: OrdinaryFunction, given: readonly GivenArgument[], site: CallSite): boolean {
  const { node, scope, evaluation } = site;
  const [first, second] = given;
  if (!first || !second || given.length > 2 || node.expandFinal) return false;
  const fits = (index: number, { value }: GivenArgument): boolean => {
    return !isNull(value) && convert(value, parameterAt(definition, index).type).value !== undefined;
  };
  if ((fits(0, first) && fits(1, second)) || !fits(0, second) || !fits(1, first)) return false;
  const names = [0, 1].map((index) => parameterAt(definition, index).name);
  evaluation.report(messages.swappedArguments(node, names, [first.range, second.range]), node, scope);
  return true;
}

function apply(
  definition: OrdinaryFunction,
  values: readonly Value[],
  given: readonly GivenArgument[],
  site: CallSite,
): Value {
  const depths = values.map((_, index) => parameterAt(definition, index).depth ?? "deep");
  const marks = values.reduce((all, value, index) => union(all, marksByDepth[depths[index]!](value)), NO_MARKS);
  const finish = (value: Value): Value => withMarks(definition.secretResult ? mark(value) : value, marks);
  try {
    return finish(applyBare(definition, values, depths));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    reportFailure(error, { definition, values, given }, site);
    return finish(unknownValue(knownType(definition)));
  }
}

/** Without the marks that the function does not deal with; unknown where it has to wait for an argument. */
function applyBare(definition: OrdinaryFunction, values: readonly Value[], depths: readonly Depth[]): Value {
  const bare = values.map((value, index) => unmarkByDepth[depths[index]!](value));
  const isReady = bare.every((value, index) => isKnownByDepth[depths[index]!](value));
  if (isReady) return definition.call(bare);
  const { returns } = definition;
  return unknownValue(typeof returns === "function" ? returns(bare) : returns);
}

const marksByDepth: { readonly [D in Depth]: (value: Value) => ReadonlySet<Mark> } = {
  deep: deepMarks,
  shallow: (value) => value.marks,
  raw: () => NO_MARKS,
};
const unmarkByDepth: { readonly [D in Depth]: (value: Value) => Value } = {
  deep: deepUnmark,
  shallow: unmark,
  raw: (value) => value,
};
const isKnownByDepth: { readonly [D in Depth]: (value: Value) => boolean } = {
  deep: isWhollyKnown,
  shallow: isKnown,
  raw: () => true,
};

interface Applied {
  readonly definition: OrdinaryFunction;
  readonly values: readonly Value[];
  readonly given: readonly GivenArgument[];
}

function reportFailure(error: FunctionError, { definition, values, given }: Applied, site: CallSite): void {
  const { node, scope, evaluation } = site;
  const isSecret = values.some((value) => deepMarks(value).size > 0);
  for (const diagnostic of error.diagnostics ?? []) evaluation.pass(diagnostic);
  if (error.diagnostics && error.diagnostics.length > 0) return;
  // The reason may quote the argument, or part of it.
  const problem = isSecret ? "the reason is not shown, because an argument is sensitive." : error.message;
  const context = node.range;
  if (error.argument === undefined) {
    evaluation.report(messages.failedCall(definition.name, problem, { subject: node.range, context }), node, scope);
    return;
  }
  const { name } = parameterAt(definition, error.argument);
  const subject = given[error.argument]?.range ?? node.range;
  evaluation.report(messages.invalidArgument(definition.name, name, problem, { subject, context }), node, scope);
}
