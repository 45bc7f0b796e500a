import type { Attribute } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import { describeConversionError } from "../../language/conversion.ts";
import type { ScopedBody } from "../../language/dynamic-blocks.ts";
import { hasErrors } from "../../language/diagnostic.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { numberToJs } from "../../language/to-js.ts";
import {
  BOOL,
  decimalOf,
  isKnown,
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
import { parseMetaDuration, REQUIRED, type MetaReader } from "../meta-reader.ts";
import { evaluateExplained, type ExplainingContext } from "./evaluation.ts";
import { invalidMetaArgument } from "../messages/meta-arguments.ts";

/** Something that has to be known at load is not. A consequence of other errors where there are any. */
export const NOT_KNOWN_YET = "not-known-yet";

/** Reads the meta-arguments of a block in HCL, evaluated in the block's scope. */
export class HclMetaReader implements MetaReader {
  readonly #attributes: ReadonlyMap<string, Attribute>;
  readonly #scope: Scope;
  readonly #context: ExplainingContext;

  constructor({ attributes, scope }: Pick<ScopedBody, "attributes" | "scope">, context: ExplainingContext) {
    this.#attributes = new Map(attributes.map((attribute) => [attribute.name, attribute]));
    this.#scope = scope;
    this.#context = context;
  }

  attribute(name: string): Attribute | undefined {
    return this.#attributes.get(name);
  }

  /** The value of an attribute in this block's scope; unknown after an error. */
  value(name: string): Value | undefined {
    const attribute = this.#attributes.get(name);
    return attribute && evaluateExplained(attribute.expression, this.#scope, this.#context);
  }

  text(name: string): string | undefined {
    return this.#read(name, STRING, textOf);
  }

  flag(name: string): boolean | undefined {
    return this.#read(name, BOOL, truthOf);
  }

  texts(name: string): readonly string[] | undefined {
    return this.#read(name, listOf(STRING), (list) => {
      const items = itemsOf(list).filter((item) => !isNull(item));
      return items.map(textOf);
    });
  }

  count(name: string): number | undefined {
    return this.#read(name, NUMBER, (value) => {
      const count = numberToJs(decimalOf(value));
      if (typeof count === "number" && Number.isInteger(count) && count >= 0) return count;
      return this.#refuse(name, REQUIRED.count);
    });
  }

  duration(name: string): number | undefined {
    return this.#read(name, STRING, (value) => {
      const text = textOf(value);
      if (text === "") return undefined;
      const duration = parseMetaDuration(text);
      return duration ?? this.#refuse(name, REQUIRED.duration);
    });
  }

  /** The objects of an argument that is an object of objects. */
  objects(name: string): ReadonlyMap<string, Value> | undefined {
    const value = this.#evaluate(name);
    if (!value || !isKnown(value) || isNull(value)) return undefined;
    if (!(value.content instanceof Map)) return this.#refuse(name, REQUIRED.objects);
    const items = value.content as ReadonlyMap<string, Value>;
    const isSuitable = [...items.values()].every(
      (item) => !isKnown(item) || (!isNull(item) && item.content instanceof Map),
    );
    return isSuitable ? items : this.#refuse(name, REQUIRED.objects);
  }

  #read<Result>(name: string, type: Type, extract: (value: Value) => Result | undefined): Result | undefined {
    const value = this.#evaluate(name);
    if (!value || isNull(value)) return undefined;
    const { value: converted, error: problem } = convert(value, type);
    if (!converted) return this.#refuse(name, describeConversionError(problem));
    if (isWhollyKnown(converted)) return extract(converted);
    return this.#refuse(name, "the value has to be known before the build starts", NOT_KNOWN_YET);
  }

  /** Undefined where there is no such attribute, and after an error. */
  #evaluate(name: string): Value | undefined {
    const attribute = this.#attributes.get(name);
    if (!attribute) return undefined;
    let hasFailed = false;
    const value = evaluateExplained(attribute.expression, this.#scope, {
      ...this.#context,
      report: (...found) => {
        hasFailed ||= hasErrors(found);
        this.#context.report(...found);
      },
    });
    return hasFailed ? undefined : value;
  }

  #refuse(name: string, why: string, code = "invalid-argument"): undefined {
    const subject = this.#attributes.get(name)!.expression.range;
    this.#context.report({ ...invalidMetaArgument(name, why, subject), code });
  }
}
