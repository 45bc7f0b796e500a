import { errorMessage } from "../../lib/error-text.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import type { GoTemplate } from "../../lib/go-template/ast.ts";
import { builtins } from "../../lib/go-template/builtins.ts";
import { functionCalls, type TemplateCall } from "../../lib/go-template/calls.ts";
import { GoTemplateError } from "../../lib/go-template/error.ts";
import { executeGoTemplate, type TemplateFunctions } from "../../lib/go-template/execute.ts";
import { parseGoTemplate } from "../../lib/go-template/parse.ts";
import { unknownNames, type UnknownName } from "../../lib/go-template/unknown-names.ts";
import type { TemplateFunction } from "../../lib/go-template/value.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import type { RenderTemplate } from "../../sdk/late-template.ts";
import type { Secrets } from "../secrets.ts";
import { watchFunctions } from "./watch-functions.ts";

/** What `{{ }}` in the arguments of one component may refer to. */
export interface InterpolationScope {
  readonly buildName?: string | undefined;
  readonly builderType?: string | undefined;
  /** What `{{ build "X" }}` means; absent until the machine runs. */
  readonly data?: GeneratedData | undefined;
  /** The names that `data` will have; absent where they are not known. */
  readonly dataNames?: readonly string[] | undefined;
}

/** A function that exists, but not for this kind of template. */
export class RefusedFunction extends GoTemplateError {}

/** Renders the `{{ }}` of one run. Parses each text once, however many builds share it. */
export class Interpolator {
  readonly #functions: TemplateFunctions;
  readonly #secrets: Secrets;
  readonly #refused: ReadonlyMap<string, string>;
  readonly #parsed = new Map<string, GoTemplate | GoTemplateError>();
  readonly #names: readonly string[];

  /** `refused`: functions this kind of template may not call, with what to write instead. */
  constructor(functions: TemplateFunctions, refused: ReadonlyMap<string, string>, secrets: Secrets) {
    this.#functions = watchFunctions(new Map([...builtins, ...functions]), secrets);
    this.#secrets = secrets;
    this.#refused = refused;
    this.#names = [...functions.keys(), ...refused.keys(), "build_name", "build_type", "build"];
  }

  /** What is wrong with a text, before it is rendered. */
  check(text: string, { dataNames }: InterpolationScope = {}): GoTemplateError | undefined {
    const template = this.#parse(text);
    if (template instanceof GoTemplateError) return template;
    const calls = functionCalls(template);
    const call = calls.find(({ name }) => this.#refused.has(name));
    if (call) return new RefusedFunction(this.#refused.get(call.name)!, call);
    return dataNames && unknownBuildValue(calls, dataNames);
  }

  /** The names that a text asks for and that are not among `names`. */
  unknownNames(text: string, names: readonly string[]): readonly UnknownName[] {
    if (!text.includes("{{")) return [];
    const template = this.#parse(text);
    return template instanceof GoTemplateError ? [] : unknownNames(template, names);
  }

  /** Whether rendering has to wait for the machine: the text calls `build`. */
  needsData(text: string): boolean {
    return this.#calls(text).some(({ name }) => name === "build");
  }

  /** The names in the `{{ build "X" }}` of a text. */
  buildValuesIn(text: string): readonly string[] {
    return this.#calls(text).flatMap(({ name, args: [wanted] }) =>
      name === "build" && wanted?.kind === "literal" ? [String(wanted.value)] : [],
    );
  }

  /** None where the text cannot be read. Most texts are no templates. */
  #calls(text: string): ReturnType<typeof functionCalls> {
    if (!text.includes("{{")) return [];
    const template = this.#parse(text);
    return template instanceof GoTemplateError ? [] : functionCalls(template);
  }

  /**
   * What becomes of a secret in `text` is a secret, too.
   * @throws GoTemplateError
   */
  render(text: string, values: unknown, scope: InterpolationScope): string {
    const template = this.#parse(text);
    if (template instanceof GoTemplateError) throw template;
    const functions = new Map([...this.#functions, ...buildFunctions(scope)]);
    for (const secret of this.#secrets.in(text).filter((known) => known.includes("{{"))) {
      const inner = this.#parse(secret);
      if (!(inner instanceof GoTemplateError)) this.#addRendered(inner, values, functions);
    }
    return executeGoTemplate(template, values, functions);
  }

  #addRendered(secret: GoTemplate, values: unknown, functions: TemplateFunctions): void {
    try {
      this.#secrets.add([executeGoTemplate(secret, values, functions)]);
    } catch (failure) {
      if (!(failure instanceof GoTemplateError)) throw failure;
      // Then the text around it fails, or means something else by these characters.
    }
  }

  /** `render` as components call it: failures are errors of the run. */
  late(scope: InterpolationScope): RenderTemplate {
    return (text, values) => {
      if (!text.includes("{{")) return text;
      try {
        return this.render(text, values, scope);
      } catch (failure) {
        if (!(failure instanceof GoTemplateError)) throw failure;
        const hasSecret = this.#secrets.in(text).length > 0;
        const shown = hasSecret ? "<sensitive>" : shorten(text);
        throw new BuildError(`Cannot render the template ${shown}: ${errorMessage(failure)}`, { cause: failure });
      }
    };
  }

  #parse(text: string): GoTemplate | GoTemplateError {
    const known = this.#parsed.get(text);
    if (known) return known;
    const parsed = tryParse(text, this.#names);
    this.#parsed.set(text, parsed);
    return parsed;
  }
}

/** `{{ build "X" }}` where there will be no X. */
function unknownBuildValue(calls: readonly TemplateCall[], names: readonly string[]): GoTemplateError | undefined {
  for (const { name, args } of calls) {
    const [wanted] = args;
    if (name !== "build" || wanted?.kind !== "literal" || names.includes(String(wanted.value))) continue;
    const hint = didYouMean(String(wanted.value), names) || ` Known are ${names.join(", ")}.`;
    return new RefusedFunction(`the build has no value named ${JSON.stringify(wanted.value)}.${hint}`, wanted);
  }
  return undefined;
}

function tryParse(text: string, functions: readonly string[]): GoTemplate | GoTemplateError {
  try {
    return parseGoTemplate(text, { functions });
  } catch (failure) {
    if (failure instanceof GoTemplateError) return failure;
    throw failure;
  }
}

function buildFunctions({ buildName, builderType, data }: InterpolationScope): [string, TemplateFunction][] {
  return [
    ["build_name", () => given(buildName, "no build")],
    ["build_type", () => given(builderType, "no build")],
    ["build", (name) => given(data?.[String(name)], `nothing named "${String(name)}"`)],
  ];
}

function given(value: string | number | undefined, missing: string): string | number {
  if (value === undefined) throw new Error(`there is ${missing} here`);
  return value;
}

function shorten(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return JSON.stringify(shown);
}
