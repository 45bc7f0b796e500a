import { GoTemplateError } from "../../lib/go-template/error.ts";
import type { Report } from "../diagnostics.ts";
import { invalidTemplate } from "../messages/components.ts";
import type { JsonRecord } from "../fix/legacy-document.ts";
import type { Interpolator } from "../interpolate/interpolator.ts";
import { renderIfPossible } from "../interpolate/render-if-possible.ts";
import { parseMetaDuration, REQUIRED, type MetaReader } from "../meta-reader.ts";
import type { JsonData } from "./json-data.ts";
import { invalidMetaArgument } from "../messages/meta-arguments.ts";

export interface JsonMetaContext {
  readonly data: JsonData;
  readonly interpolator: Interpolator;
  readonly report: Report;
}

function parseCount(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  return Number(text);
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/** A lone text is a list of one; undefined where the value is no list. */
export function listOfTexts(value: unknown): readonly unknown[] | undefined {
  if (typeof value === "string") return value === "" ? [] : [value];
  return Array.isArray(value) ? value : undefined;
}

/**
 * Reads the meta-arguments of an object of a legacy template: as texts, with their `{{ }}` rendered. "" is not given.
 */
export class JsonMetaReader implements MetaReader {
  readonly #item: JsonRecord;
  readonly #context: JsonMetaContext;

  constructor(item: JsonRecord, context: JsonMetaContext) {
    this.#item = item;
    this.#context = context;
  }

  text(name: string): string | undefined {
    const value = this.#item[name];
    if (value === undefined || value === null) return undefined;
    const text = String(value);
    if (!text.includes("{{")) return text;
    return this.#render(name, text);
  }

  /** What is neither a list nor a text was reported before; see `checkBuildNames`. */
  texts(name: string): readonly string[] | undefined {
    return listOfTexts(this.#item[name])?.map((text) => renderIfPossible(String(text), this.#context.interpolator));
  }

  flag(name: string): boolean | undefined {
    return this.#read(name, REQUIRED.flag, (text) => FLAGS.get(text));
  }

  count(name: string): number | undefined {
    return this.#read(name, REQUIRED.count, parseCount);
  }

  duration(name: string): number | undefined {
    return this.#read(name, REQUIRED.duration, parseMetaDuration);
  }

  #read<Result>(name: string, required: string, parse: (text: string) => Result | undefined): Result | undefined {
    const isText = typeof this.#item[name] !== "object";
    const text = this.text(name);
    if (text === undefined || (isText && text === "")) return undefined;
    const result = isText ? parse(text) : undefined;
    if (result === undefined) this.#context.report(invalidMetaArgument(name, required, this.#rangeOf(name)));
    return result;
  }

  #render(name: string, text: string): string | undefined {
    const { interpolator, report } = this.#context;
    try {
      return interpolator.render(text, {}, {});
    } catch (failure) {
      if (!(failure instanceof GoTemplateError)) throw failure;
      report(invalidTemplate(failure.message, this.#rangeOf(name)));
      return undefined;
    }
  }

  #rangeOf(name: string) {
    return this.#context.data.rangeOf(this.#item, [name]);
  }
}
