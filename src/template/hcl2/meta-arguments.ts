import { parseDuration } from "../../lib/duration.ts";
import type { Attribute, Expression } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import { describeConversionError } from "../../language/conversion.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { ScopedBody } from "../../language/dynamic-blocks.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { numberToJs } from "../../language/to-js.ts";
import {
  BOOL,
  decimalOf,
  isNull,
  isWhollyKnown,
  itemsOf,
  listOf,
  NUMBER,
  STRING,
  textOf,
  truthOf,
  type Type,
  type Value,
} from "../../language/value.ts";
import { error } from "../diagnostics.ts";
import { evaluateExplained } from "./evaluation.ts";
import type { References } from "./references.ts";

/** Something that has to be known at load is not. Follows from other errors where there are any. */
export const NOT_KNOWN_YET = "not-known-yet";

/** Reads the arguments of a block that belong to the template rather than to the component. */
export class MetaArguments {
  readonly #attributes: ReadonlyMap<string, Attribute>;
  readonly #scope: Scope;
  readonly #references: References;
  readonly #report: (...diagnostics: readonly Diagnostic[]) => void;

  constructor(
    attributes: Pick<ScopedBody, "attributes" | "scope">,
    references: References,
    report: (...diagnostics: readonly Diagnostic[]) => void,
  ) {
    this.#attributes = new Map(attributes.attributes.map((attribute) => [attribute.name, attribute]));
    this.#scope = attributes.scope;
    this.#references = references;
    this.#report = report;
  }

  attribute(name: string): Attribute | undefined {
    return this.#attributes.get(name);
  }

  text(name: string): string | undefined {
    return this.#read(name, STRING, textOf);
  }

  flag(name: string): boolean | undefined {
    return this.#read(name, BOOL, truthOf);
  }

  texts(name: string): readonly string[] | undefined {
    return this.#read(name, listOf(STRING), (value) =>
      itemsOf(value)
        .filter((item) => !isNull(item))
        .map(textOf),
    );
  }

  /** A whole number from 0. */
  count(name: string): number | undefined {
    return this.#read(name, NUMBER, (value) => {
      const count = numberToJs(decimalOf(value));
      if (typeof count === "number" && Number.isInteger(count) && count >= 0) return count;
      this.#invalid(name, "a whole number from 0 is required");
      return undefined;
    });
  }

  /** Milliseconds. */
  duration(name: string): number | undefined {
    return this.#read(name, STRING, (value) => {
      const duration = parseDuration(textOf(value));
      if (duration !== undefined && duration >= 0) return duration;
      this.#invalid(name, 'a duration such as "30s", "5m" or "1h30m" is required');
      return undefined;
    });
  }

  /** The value of an attribute in this block's scope; unknown after an error. */
  value(name: string): Value | undefined {
    const attribute = this.#attributes.get(name);
    return attribute && this.evaluate(attribute.expression);
  }

  evaluate(expression: Expression): Value {
    return evaluateExplained(expression, this.#scope, this.#references, this.#report);
  }

  #read<Result>(name: string, type: Type, extract: (value: Value) => Result | undefined): Result | undefined {
    const attribute = this.#attributes.get(name);
    if (!attribute) return undefined;
    let failed = false;
    const value = evaluateExplained(attribute.expression, this.#scope, this.#references, (...found) => {
      failed ||= found.some(({ severity }) => severity === "error");
      this.#report(...found);
    });
    if (failed || isNull(value)) return undefined;
    const { value: converted, error: problem } = convert(value, type);
    if (!converted) this.#invalid(name, describeConversionError(problem));
    else if (isWhollyKnown(converted)) return extract(converted);
    else this.#invalid(name, "the value has to be known before the build starts", NOT_KNOWN_YET);
    return undefined;
  }

  #invalid(name: string, why: string, code = "invalid-argument"): void {
    const subject = this.#attributes.get(name)!.expression.range;
    this.#report(error(code, "Invalid value", `Inappropriate value for "${name}": ${why}.`, subject));
  }
}
