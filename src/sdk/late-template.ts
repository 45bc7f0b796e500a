import type { Span } from "../lib/go-template/ast.ts";
import type { UnknownName } from "../lib/go-template/unknown-names.ts";

/** Renders template text with the values known at run time; throws a BuildError that names the unknown value or function. */
export type RenderTemplate = (text: string, values: Readonly<Record<string, unknown>>) => string;

/** The template language, bound to the functions of the template where a text was read. */
export interface TemplateEngine {
  readonly render: RenderTemplate;
  /** The names that a text asks for and that are not among `names`; none where the text is no template. */
  readonly unknownNames: (text: string, names: readonly string[]) => readonly UnknownName[];
}

/** What a template may use: these values, or any that the run has. */
export type LateNames = readonly string[] | "any";

/** The name of a value, from its declaration: `Tags.*` declares a map called `Tags`. */
export type ValueName<Declared extends string> = Declared extends `${infer Name}.*` ? Name : Declared;

/**
 * A string argument whose `{{ }}` actions wait for run-time values (`{{ .HTTPIP }}`). The functions of the template
 * language (`user`, `build_name`, `timestamp`…) are bound where the template was read, and the names of the values where
 * the argument was declared: whoever renders it has to give all of them.
 */
export class LateTemplate<Name extends string = string> {
  readonly text: string;
  readonly #names: readonly Name[] | "any";
  readonly #engine: TemplateEngine;

  constructor(text: string, names: readonly Name[] | "any", engine: TemplateEngine) {
    this.text = text;
    this.#names = names;
    this.#engine = engine;
  }

  /** Other text with the same functions and values: a file that an argument names. */
  withText(text: string): LateTemplate<Name> {
    return new LateTemplate(text, this.#names, this.#engine);
  }

  /** What is wrong with the text, whatever the values will be. */
  problems(): readonly TemplateProblem[] {
    const names = this.#names;
    if (names === "any") return [];
    const unknown = this.#engine.unknownNames(this.text, names);
    return unknown.map((one) => ({ ...one, message: describeUnknown(one, names) }));
  }

  /** Whether the text asks for one of the names. */
  uses(...names: readonly ValueName<Name>[]): boolean {
    if (this.#names === "any") return false;
    const others = this.#names.filter((name) => !names.includes(name.replace(/\.\*$/, "") as ValueName<Name>));
    return this.#engine.unknownNames(this.text, others).length > this.problems().length;
  }

  render(values: Readonly<Record<ValueName<Name>, unknown>>): string {
    return this.#engine.render(this.text, values);
  }
}

/** A template that may ask for these values, whatever else it may ask for. */
export interface MayUse<Name extends string> {
  uses(...names: readonly Name[]): boolean;
}

/** Something wrong at a place in the text of a template. */
export interface TemplateProblem extends Span {
  /** Full sentences. */
  readonly message: string;
  /** What to write there instead. */
  readonly suggestion: string | undefined;
}

function describeUnknown({ name, suggestion, isInsideValue }: UnknownName, names: readonly string[]): string {
  if (isInsideValue) return `${quoted(name)} asks for something inside a single value, and there is nothing in it.`;
  const missing = `There is no value ${quoted(name)} here.`;
  if (suggestion !== undefined) return `${missing} Did you mean ${quoted(suggestion)}?`;
  if (names.length === 0)
    return `${missing} No values are known to this argument, only functions such as {{ timestamp }}.`;
  const known = names.map((known) => `.${known.replace(/\*$/, "KEY")}`);
  return `${missing} Known are ${known.join(", ")}.`;
}

const quoted = (name: string): string => `"${name}"`;
