import { evaluate } from "../../language/evaluate/evaluate.ts";
import type { Expression } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import { describeConversionError } from "../../language/conversion.ts";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { mark } from "../../language/marks.ts";
import { parseExpression } from "../../language/parse.ts";
import { lineOf } from "../../language/position.ts";
import type { SourceRange } from "../../language/source.ts";
import { isPrimitive } from "../../language/type.ts";
import { stringValue, type Value } from "../../language/value.ts";
import { nearest } from "../../lib/did-you-mean.ts";
import { malformedVar } from "../messages/variables.ts";
import { secretsIn } from "../secrets.ts";
import type { VariableDeclaration } from "./variable-declaration.ts";
import type { VariableFile } from "./variable-files.ts";
import * as messages from "../messages/variables.ts";

/** A value that was given for an input variable. */
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
  /** Variables whose value was unsuitable, which is reported. */
  readonly refused: ReadonlySet<string>;
  /** Texts given for sensitive variables, suitable or not. */
  readonly secrets: readonly string[];
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
  const assignment = new Assignment(declarations, diagnostics);
  for (const declaration of declarations.values()) {
    assignment.assignDefault(declaration);
    assignment.assignEnvironment(declaration, sources.env);
  }
  for (const file of sources.files) assignment.assignFile(file, sources.undeclaredVariables);
  for (const text of sources.vars) assignment.assignVar(text);
  return assignment;
}

class Assignment implements AssignedValues {
  readonly values = new Map<string, GivenValue>();
  readonly refused = new Set<string>();
  readonly secrets: string[] = [];
  readonly #declarations: Declarations;
  readonly #diagnostics: Diagnostic[];

  constructor(declarations: Declarations, diagnostics: Diagnostic[]) {
    this.#declarations = declarations;
    this.#diagnostics = diagnostics;
  }

  assignDefault(declaration: VariableDeclaration): void {
    if (declaration.default) this.#assign(declaration, declaration.default, "default");
  }

  assignEnvironment(declaration: VariableDeclaration, env: ValueSources["env"]): void {
    const key = `PKR_VAR_${declaration.name}`;
    const text = env[key];
    if (text === undefined) return;
    const value = this.#readText(declaration, text, `environment variable ${key}`);
    this.#assign(declaration, value, `environment ${key}`);
  }

  assignFile({ attributes }: VariableFile, undeclared: "ignore" | "warn"): void {
    for (const { name, nameRange, expression } of attributes) {
      const declaration = this.#declarations.get(name);
      if (declaration) {
        const origin = `${nameRange.file.name}:${lineOf(nameRange.file, nameRange.start)}`;
        this.#assign(declaration, this.#readExpression(declaration, expression, origin), origin);
      } else if (undeclared === "warn") {
        this.#diagnostics.push(messages.undeclaredInFile(name, this.#declarations.keys(), nameRange));
      }
    }
  }

  assignVar(text: string): void {
    const equals = text.indexOf("=");
    if (equals < 1) {
      this.#diagnostics.push(malformedVar(text));
      return;
    }
    const name = text.slice(0, equals).trim();
    const declaration = this.#declarations.get(name);
    if (declaration) this.#assign(declaration, this.#readText(declaration, text.slice(equals + 1), "-var"), "-var");
    else {
      this.#diagnostics.push(messages.undeclaredVar(name, this.#declarations.keys()));
      this.#excuse(name);
    }
  }

  /** A misspelt name is reported; that the variable it means has no value is the same mistake. */
  #excuse(name: string): void {
    const meant = nearest(name, this.#declarations.keys());
    if (meant !== undefined && !this.values.has(meant)) this.refused.add(meant);
  }

  #assign({ name }: VariableDeclaration, value: Value | undefined, origin: string): void {
    if (value) this.values.set(name, { value, origin });
    else this.refused.add(name);
  }

  /** The value of an expression in a file of variables. */
  #readExpression(declaration: VariableDeclaration, expression: Expression, origin: string): Value | undefined {
    const { value, diagnostics } = evaluate(expression, { variables: new Map() });
    if (declaration.sensitive) this.secrets.push(...secretsIn(mark(value)));
    if (hasErrors(diagnostics)) return this.#refuse(declaration, origin, diagnostics);
    // An excerpt of the file would show the secret.
    if (declaration.sensitive) return this.#fit(declaration, value, { subject: undefined, from: origin });
    return this.#fit(declaration, value, { subject: expression.range, from: "" });
  }

  /**
   * Text from outside is taken as it is for a string, number or open type; for any other type it is an HCL expression.
   */
  #readText(declaration: VariableDeclaration, text: string, from: string): Value | undefined {
    const { type, name, sensitive } = declaration;
    if (sensitive) this.secrets.push(text);
    if (!type || type.kind === "dynamic" || isPrimitive(type)) {
      return this.#fit(declaration, stringValue(text), { subject: undefined, from });
    }
    const parsed = parseExpression({ name: `<${from} for var.${name}>`, text });
    if (parsed.diagnostics.length > 0) return this.#refuse(declaration, from, parsed.diagnostics);
    const { value, diagnostics } = evaluate(parsed.expression, { variables: new Map() });
    if (hasErrors(diagnostics)) return this.#refuse(declaration, from, hintQuotes(diagnostics, parsed.expression));
    const subject = sensitive ? undefined : parsed.expression.range;
    return this.#fit(declaration, value, { subject, from });
  }

  /** Nothing of a sensitive value is shown, nor of what is wrong with it. */
  #refuse({ name, sensitive }: VariableDeclaration, from: string, problems: readonly Diagnostic[]): undefined {
    const shown = sensitive ? [messages.unreadableSecret(name, from)] : problems;
    this.#diagnostics.push(...shown);
  }

  /** Converts to the declared type. A structure that is only inferred from the default is not enforced. */
  #fit(declaration: VariableDeclaration, value: Value, { subject, from }: ValuePlace): Value | undefined {
    const { type, isTyped, sensitive, name } = declaration;
    if (!type || (!isTyped && !isPrimitive(type))) return value;
    const result = convert(value, type);
    if (result.value) return result.value;
    const why = sensitive ? "the value does not fit the type" : describeConversionError(result.error);
    this.#diagnostics.push(messages.wrongType({ name, from }, why, subject ?? declaration.range));
    return undefined;
  }
}

interface ValuePlace {
  /** Where the value stands, if that can be shown. */
  readonly subject: SourceRange | undefined;
  /** Where the value comes from, when `subject` does not say so. */
  readonly from: string;
}

function hintQuotes(problems: readonly Diagnostic[], expression: Expression): readonly Diagnostic[] {
  if (expression.kind !== "variable") return problems;
  const hint = `On the command line, quote it twice: -var 'name="text"'.`;
  return problems.map((problem) => ({ ...problem, detail: `${problem.detail} ${hint}` }));
}
