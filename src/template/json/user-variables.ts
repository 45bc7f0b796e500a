import { didYouMean } from "../../lib/did-you-mean.ts";
import type { SourceRange } from "../../language/source.ts";
import { GoTemplateError } from "../../lib/go-template/error.ts";
import type { TemplateFunctions } from "../../lib/go-template/execute.ts";
import type { TemplateFunction } from "../../lib/go-template/value.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { invalidTemplate } from "../messages/components.ts";
import { Interpolator } from "../interpolate/interpolator.ts";
import type { Secrets } from "../secrets.ts";
import { rangeWithin } from "../range-within.ts";

/** A value that was given for a user variable, and where. */
export interface RawValue {
  readonly text: string;
  readonly origin: string;
  /** Where the text is, when it is in a file. */
  readonly range: SourceRange | undefined;
}

export interface UserVariablesOptions {
  /** What may be called in values of variables beyond `user`. */
  readonly functions: TemplateFunctions;
  readonly isSensitive: (name: string) => boolean;
  readonly secrets: Secrets;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** User variables of a legacy template. Their values may refer to each other and are evaluated on demand. */
export class UserVariables {
  readonly #raw: ReadonlyMap<string, RawValue>;
  readonly #interpolator: Interpolator;
  /** For the values of sensitive variables. */
  readonly #secretInterpolator: Interpolator;
  readonly #values = new Map<string, string | undefined>();
  readonly #inProgress: string[] = [];
  readonly #options: UserVariablesOptions;

  constructor(raw: ReadonlyMap<string, RawValue>, options: UserVariablesOptions) {
    const { functions, secrets } = options;
    this.#raw = raw;
    this.#options = options;
    const all = new Map(functions).set("user", (name) => this.get(String(name)));
    this.#interpolator = new Interpolator(all, new Map(), secrets);
    const env = all.get("env");
    const watched = new Map(all);
    // A sensitive value may be made from a variable of the environment.
    if (env) watched.set("env", this.#keepSecret(env));
    this.#secretInterpolator = new Interpolator(watched, new Map(), secrets);
  }

  has(name: string): boolean {
    return this.#raw.has(name);
  }

  /**
   * The value, or "" of a variable that nobody declared or gave.
   *
   * @throws Error when another variable is made from one that there is not, or one depends on itself.
   */
  get(name: string): string {
    if (this.#values.has(name)) return this.#values.get(name) ?? "";
    const raw = this.#raw.get(name);
    if (!raw && this.#inProgress.length === 0) return "";
    if (!raw) throw new Error(`no variable "${name}" is declared.${didYouMean(name, this.#raw.keys())}`);
    if (this.#inProgress.includes(name)) {
      const cycle = [...this.#inProgress.slice(this.#inProgress.indexOf(name)), name];
      throw new Error(`the variable refers to itself: ${cycle.join(" → ")}.`);
    }
    this.#inProgress.push(name);
    const value = this.#evaluate(raw, this.#options.isSensitive(name));
    this.#inProgress.pop();
    this.#values.set(name, value);
    return value ?? "";
  }

  /** The value of every variable; undefined after an error, which is reported. */
  all(): ReadonlyMap<string, string | undefined> {
    for (const name of this.#raw.keys()) this.get(name);
    return this.#values;
  }

  #keepSecret(call: TemplateFunction): TemplateFunction {
    return (...args) => {
      const found = call(...args);
      this.#options.secrets.add([String(found)]);
      return found;
    };
  }

  #evaluate({ text, range, origin }: RawValue, isSensitive: boolean): string | undefined {
    const { secrets, report } = this.#options;
    // A default with {{ }} says where the secret is; a value that was given is one.
    if (isSensitive && (origin !== "default" || !text.includes("{{"))) secrets.add([text]);
    if (!text.includes("{{")) return text;
    try {
      const interpolator = isSensitive ? this.#secretInterpolator : this.#interpolator;
      const value = interpolator.render(text, {}, {});
      if (isSensitive) secrets.add([value]);
      return value;
    } catch (failure) {
      if (!(failure instanceof GoTemplateError)) throw failure;
      const subject = range && rangeWithin(range, text, failure);
      report(invalidTemplate(failure.message, { subject, context: range }));
      return undefined;
    }
  }
}
