import { didYouMean } from "../../lib/did-you-mean.ts";
import type { Expression } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import { describeConversionError } from "../../language/conversion.ts";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { evaluate } from "../../language/evaluate/evaluate.ts";
import { mark } from "../../language/marks.ts";
import { parseExpression } from "../../language/parse.ts";
import { lineOf } from "../../language/position.ts";
import type { SourceRange } from "../../language/source.ts";
import { isPrimitive } from "../../language/type.ts";
import { stringValue, type Value } from "../../language/value.ts";
import { error, warning } from "../diagnostics.ts";
import { malformedVar } from "../malformed-var.ts";
import { secretsIn } from "../secrets.ts";
import type { VariableDeclaration } from "./input-variable.ts";
import type { VariableFile } from "./variable-files.ts";

/** A value somebody gave an input variable. */
export interface GivenValue {
  readonly value: Value;
  /** For people: `default`, `environment PKR_VAR_x`, `prod.pkrvars.hcl:3`, `-var`. */
  readonly origin: string;
}

export interface ValueSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In order of precedence, lowest first. */
  readonly files: readonly VariableFile[];
  /** `name=value` texts of `-var`. */
  readonly vars: readonly string[];
  readonly undeclaredVariables: "ignore" | "warn";
}

type Declarations = ReadonlyMap<string, VariableDeclaration>;

export interface AssignedValues {
  readonly values: ReadonlyMap<string, GivenValue>;
  /** Variables that were given something unsuitable, which is reported. */
  readonly refused: ReadonlySet<string>;
  /** Texts given for sensitive variables, suitable or not. */
  readonly secrets: readonly string[];
}

interface Assignment {
  readonly values: Map<string, GivenValue>;
  readonly refused: Set<string>;
  readonly secrets: string[];
  readonly diagnostics: Diagnostic[];
}

/**
 * The value of every declared variable that has one. Precedence, low to high: default, environment, variable files in
 * order, `-var` (the last one wins).
 */
export function assignVariables(
  declarations: Declarations,
  sources: ValueSources,
  diagnostics: Diagnostic[],
): AssignedValues {
  const assignment: Assignment = { values: new Map(), refused: new Set(), secrets: [], diagnostics };
  for (const declaration of declarations.values()) {
    if (declaration.default) assign(declaration, declaration.default, "default", assignment);
    assignEnvironment(declaration, sources.env, assignment);
  }
  for (const file of sources.files) assignFile(file, declarations, sources.undeclaredVariables, assignment);
  for (const text of sources.vars) assignVar(text, declarations, assignment);
  return assignment;
}

function assign(
  { name }: VariableDeclaration,
  value: Value | undefined,
  origin: string,
  { values, refused }: Assignment,
): void {
  if (value) values.set(name, { value, origin });
  else refused.add(name);
}

function assignEnvironment(declaration: VariableDeclaration, env: ValueSources["env"], assignment: Assignment): void {
  const key = `PKR_VAR_${declaration.name}`;
  const text = env[key];
  if (text === undefined) return;
  const value = readText(declaration, text, `environment variable ${key}`, assignment);
  assign(declaration, value, `environment ${key}`, assignment);
}

function assignFile(
  file: VariableFile,
  declarations: Declarations,
  undeclared: "ignore" | "warn",
  assignment: Assignment,
): void {
  const { diagnostics } = assignment;
  for (const { name, nameRange, expression } of file.attributes) {
    const declaration = declarations.get(name);
    if (!declaration) {
      if (undeclared === "warn") diagnostics.push(undeclaredInFile(name, declarations, nameRange));
      continue;
    }
    const evaluated = evaluate(expression, { variables: new Map() });
    const origin = `${nameRange.file.name}:${lineOf(nameRange.file, nameRange.start)}`;
    const { sensitive } = declaration;
    if (sensitive) assignment.secrets.push(...secretsIn(mark(evaluated.value)));
    const failed = hasErrors(evaluated.diagnostics);
    if (failed) diagnostics.push(...(sensitive ? [unreadableSecret(name, origin)] : evaluated.diagnostics));
    // An excerpt of the file would show the secret.
    const [subject, from] = sensitive ? [undefined, origin] : [expression.range, ""];
    const value = failed ? undefined : fit(declaration, evaluated.value, subject, from, diagnostics);
    assign(declaration, value, origin, assignment);
  }
}

function assignVar(text: string, declarations: Declarations, assignment: Assignment): void {
  const { diagnostics } = assignment;
  const equals = text.indexOf("=");
  if (equals < 1) {
    diagnostics.push(malformedVar(text));
    return;
  }
  const name = text.slice(0, equals).trim();
  const declaration = declarations.get(name);
  if (!declaration) {
    diagnostics.push(undeclaredVar(name, declarations));
    return;
  }
  assign(declaration, readText(declaration, text.slice(equals + 1), "-var", assignment), "-var", assignment);
}

/** Text from outside is taken as it is for a string, number or open type; for any other type it is an HCL expression. */
function readText(
  declaration: VariableDeclaration,
  text: string,
  from: string,
  { diagnostics, secrets }: Assignment,
): Value | undefined {
  const { type, name, sensitive } = declaration;
  if (sensitive) secrets.push(text);
  if (!type || type.kind === "dynamic" || isPrimitive(type)) {
    return fit(declaration, stringValue(text), undefined, from, diagnostics);
  }
  const file = { name: `<${from} for var.${name}>`, text };
  const parsed = parseExpression(file);
  const problems = parsed.diagnostics.length > 0 ? parsed.diagnostics : undefined;
  if (problems) {
    diagnostics.push(...(sensitive ? [unreadableSecret(name, from)] : problems));
    return undefined;
  }
  const evaluated = evaluate(parsed.expression, { variables: new Map() });
  if (hasErrors(evaluated.diagnostics)) {
    diagnostics.push(
      ...(sensitive
        ? [unreadableSecret(name, from)]
        : evaluated.diagnostics.map((problem) => hintQuotes(problem, parsed.expression))),
    );
    return undefined;
  }
  return fit(declaration, evaluated.value, sensitive ? undefined : parsed.expression.range, from, diagnostics);
}

/** Converts to the declared type. A structure that is only known from the default binds nobody. */
function fit(
  declaration: VariableDeclaration,
  value: Value,
  subject: SourceRange | undefined,
  from: string,
  diagnostics: Diagnostic[],
): Value | undefined {
  const { type, isTyped, sensitive, name } = declaration;
  if (!type || (!isTyped && !isPrimitive(type))) return value;
  const result = convert(value, type);
  if (result.value) return result.value;
  const why = sensitive ? "the value does not fit the type" : describeConversionError(result.error);
  diagnostics.push(wrongType(name, why, from, subject ?? declaration.range));
  return undefined;
}

const hintQuotes = (problem: Diagnostic, expression: Expression): Diagnostic =>
  expression.kind === "variable"
    ? { ...problem, detail: `${problem.detail} On the command line, quote it twice: -var 'name="text"'.` }
    : problem;

const wrongType = (name: string, why: string, from: string, subject: SourceRange): Diagnostic =>
  error(
    "invalid-variable-value",
    "Invalid value for input variable",
    `The value given for var.${name}${from && ` by ${from}`} is not suitable: ${why}.`,
    subject,
  );

const unreadableSecret = (name: string, from: string): Diagnostic =>
  error(
    "invalid-variable-value",
    "Invalid value for input variable",
    `The value given for var.${name} by ${from} is not a valid expression. It is sensitive, so it is not shown.`,
  );

const undeclaredVar = (name: string, declarations: Declarations): Diagnostic =>
  error(
    "undeclared-variable",
    "Undeclared input variable",
    `-var sets "${name}", and no input variable of that name is declared.${didYouMean(name, declarations.keys())}`,
  );

const undeclaredInFile = (name: string, declarations: Declarations, subject: SourceRange): Diagnostic =>
  warning(
    "undeclared-variable",
    "Undeclared input variable",
    `No input variable "${name}" is declared.${didYouMean(name, declarations.keys()) || ` Declare it with: variable "${name}" {}`}`,
    subject,
  );
