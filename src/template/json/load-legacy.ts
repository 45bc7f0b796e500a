import { functionCalls } from "../../lib/go-template/calls.ts";
import { parseGoTemplate } from "../../lib/go-template/parse.ts";
import { startTime } from "../../lib/start-time.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { createFunctionLibrary } from "../../language/functions/library.ts";
import { parseJson } from "../../language/json/parse-json.ts";
import { mark } from "../../language/marks.ts";
import type { SourceFile } from "../../language/source.ts";
import { STRING, stringValue, unknownValue } from "../../language/value.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { ComponentLookup } from "../component-lookup.ts";
import { decodeAll } from "../decode-all.ts";
import { DiagnosticCollector, error, warning } from "../diagnostics.ts";
import { fixers } from "../fix/fixers.ts";
import { isRecord, LegacyDocument, type JsonRecord } from "../fix/legacy-document.ts";
import { commonFunctions } from "../interpolate/functions.ts";
import { Interpolator } from "../interpolate/interpolator.ts";
import type { Loaded, LoadOptions } from "../load-options.ts";
import type { BuildPlan, InputVariable, Template } from "../model.ts";
import { COMPATIBLE_PACKER_VERSION } from "../packer-version.ts";
import { Secrets } from "../secrets.ts";
import { Selection } from "../select-builds.ts";
import { parseVersionConstraint, satisfies } from "../../lib/version-constraint.ts";
import { JsonData } from "./json-data.ts";
import { readLegacyTemplate, type LegacyTemplate } from "./legacy-template.ts";
import { readLegacyVariableFiles } from "./legacy-variable-files.ts";
import { planLegacyBuilds } from "./plan-legacy-builds.ts";
import { UserVariables, type RawValue } from "./user-variables.ts";
import { refusedOutsideVariables, variableFunctions } from "./variable-functions.ts";

/** Loads a legacy JSON template from its text. `directory` is where it is (`{{template_dir}}`). */
export async function loadLegacy(options: LoadOptions, file: SourceFile, directory: string): Promise<Loaded> {
  const diagnostics = new DiagnosticCollector();
  const report = (...found: readonly Diagnostic[]) => diagnostics.add(...found);
  if (file.text.trim() === "") {
    report(
      error(
        "empty-template",
        "Empty template",
        `${file.name} is empty. A JSON template is an object: { "builders": [ … ] }.`,
      ),
    );
    return { template: undefined, diagnostics: diagnostics.all };
  }
  const { root, diagnostics: mistakes } = parseJson(file);
  report(...mistakes);
  const data = new JsonData(root);
  if (diagnostics.hasErrors && !isRecord(data.root)) return { template: undefined, diagnostics: diagnostics.all };
  const template = readLegacyTemplate(data, report);
  if (!template) return { template: undefined, diagnostics: diagnostics.all };
  checkVersion(template, data, report);
  if (template.builders.length === 0 && !diagnostics.hasErrors) report(noBuilders(data));
  const loader = new LegacyLoader(options, directory, template, data, report);
  const loaded = options.syntaxOnly ? loader.asTemplate([], []) : await loader.load();
  return { template: loaded, diagnostics: diagnostics.all };
}

class LegacyLoader {
  readonly #options: LoadOptions;
  readonly #directory: string;
  readonly #template: LegacyTemplate;
  readonly #data: JsonData;
  readonly #report: (...diagnostics: readonly Diagnostic[]) => void;
  readonly #secrets: Secrets;

  constructor(
    options: LoadOptions,
    directory: string,
    template: LegacyTemplate,
    data: JsonData,
    report: (...diagnostics: readonly Diagnostic[]) => void,
  ) {
    this.#options = options;
    this.#directory = directory;
    this.#template = template;
    this.#data = data;
    this.#report = report;
    this.#secrets = new Secrets(options.onSecret);
  }

  async load(): Promise<Template> {
    const { host, registry, signal, fetchRemote, only, except } = this.#options;
    const { env, cwd, homeDir } = host;
    const start = startTime(host);
    const library = createFunctionLibrary({
      env,
      cwd,
      homeDir,
      templateDir: this.#directory,
      startTime: start.getTime(),
      fetchRemote,
    });
    const settle = <Result>(compute: () => Result) => library.settle(compute, signal);
    const world = commonFunctions({ startTime: start, cwd, templateDirectory: this.#directory });
    const raw = await this.#rawVariables();
    const evaluated = await settle(() => {
      const found: Diagnostic[] = [];
      const functions = new Map([...world, ...variableFunctions(env, library, (text) => this.#secrets.add([text]))]);
      const users = new UserVariables(raw, {
        functions,
        isSensitive: (name) => this.#isSensitive(name),
        secrets: this.#secrets,
        report: (diagnostic) => found.push(diagnostic),
      });
      return { users, values: users.all(), found };
    });
    this.#report(...evaluated.found);
    const variables = this.#variables(raw, evaluated.values);
    const user = (name: unknown) => evaluated.users.get(String(name));
    const interpolator = new Interpolator(new Map([...world, ["user", user]]), refusedOutsideVariables, this.#secrets);
    this.#replaceOldForms(interpolator);
    const lookup = new ComponentLookup(registry);
    for (;;) {
      const attempt = await settle(() => {
        const found: Diagnostic[] = [];
        const selection = new Selection(only, except);
        const report = (...diagnostics: readonly Diagnostic[]) => void found.push(...diagnostics);
        const isSecretText = (text: string) => this.#isSecretText(text, evaluated.values);
        const builds = planLegacyBuilds({
          template: this.#template,
          data: this.#data,
          interpolator,
          lookup,
          selection,
          isSecretText,
          report,
        });
        const decoded = lookup.isWaiting ? [] : decodeAll(builds);
        return { builds, found: [...found, ...selection.diagnostics(), ...decoded] };
      });
      if (await lookup.loadWanted()) continue;
      this.#report(...attempt.found);
      if (
        attempt.builds.length === 0 &&
        attempt.found.every(({ severity }) => severity !== "error") &&
        this.#template.builders.length > 0
      ) {
        this.#report(
          error("nothing-to-build", "Nothing to build", "There is nothing to do: -only and -except leave no build."),
        );
      }
      return this.asTemplate(variables, attempt.builds);
    }
  }

  asTemplate(variables: readonly InputVariable[], builds: readonly BuildPlan[]): Template {
    return {
      syntax: "json",
      path: this.#options.path,
      directory: this.#directory,
      description: this.#template.description,
      variables,
      locals: [],
      requiredPlugins: [],
      builds,
    };
  }

  /** What was given for each variable. Precedence, low to high: template, variable files in order, `-var`. */
  async #rawVariables(): Promise<ReadonlyMap<string, RawValue>> {
    const raw = new Map<string, RawValue>();
    const { variables } = this.#template;
    for (const [name, text] of variables) {
      const range = this.#data.rangeOf(this.#data.root, ["variables", name]);
      if (text !== null) raw.set(name, { text, origin: "default", range });
    }
    for (const file of await readLegacyVariableFiles(this.#options, this.#report)) {
      for (const [name, value] of file) raw.set(name, value);
    }
    for (const text of this.#options.vars) {
      const equals = text.indexOf("=");
      if (equals < 1) this.#report(malformedVar(text));
      else raw.set(text.slice(0, equals), { text: text.slice(equals + 1), origin: "-var", range: undefined });
    }
    for (const [name, text] of variables) {
      if (text === null && !raw.has(name)) this.#report(unsetVariable(name, this.#data));
    }
    for (const [name, { range }] of raw) if (!variables.has(name)) this.#reportUndeclared(name, range);
    return raw;
  }

  #reportUndeclared(name: string, range: RawValue["range"]): void {
    if (range && this.#options.undeclaredVariables === "ignore") return;
    const detail = `No variable "${name}" is declared in the template.${didYouMean(name, this.#template.variables.keys())}`;
    this.#report(warning("undeclared-variable", "Undeclared variable", detail, range));
  }

  #variables(
    raw: ReadonlyMap<string, RawValue>,
    values: ReadonlyMap<string, string | undefined>,
  ): readonly InputVariable[] {
    return [...this.#template.variables].map(([name, text]) => {
      const sensitive = this.#isSensitive(name);
      const known = values.get(name);
      const plain = known === undefined ? unknownValue(STRING) : stringValue(known);
      const value = sensitive ? mark(plain) : plain;
      const origin = raw.get(name)?.origin ?? "";
      return { name, description: undefined, type: STRING, sensitive, required: text === null, value, origin };
    });
  }

  #isSensitive(name: string): boolean {
    return this.#template.sensitiveVariables.includes(name);
  }

  /** Whether it calls for a variable that is sensitive or has something secret in it. */
  #isSecretText(text: string, values: ReadonlyMap<string, string | undefined>): boolean {
    if (!text.includes("{{") || this.#template.sensitiveVariables.length === 0) return false;
    try {
      return functionCalls(parseGoTemplate(text)).some(({ name, args: [first] }) => {
        if (name !== "user" || first?.kind !== "literal") return name === "user";
        const called = String(first.value);
        return this.#isSensitive(called) || this.#secrets.in(values.get(called) ?? "").length > 0;
      });
    } catch {
      return false;
    }
  }

  /** Reads old forms as what they mean today, each with a warning at its place. */
  #replaceOldForms(interpolator: Interpolator): void {
    const resolve = (text: string) =>
      interpolator.check(text) ? text : tryOr(text, () => interpolator.render(text, {}, {}));
    const document = new LegacyDocument(this.#data.root as JsonRecord, resolve);
    for (const fixer of fixers) if (fixer.appliesOnLoad) fixer.fix(document);
    this.#data.followRenames(document.renames);
    for (const { owner, key, replacement } of document.changes) {
      const subject = this.#data.rangeOf(owner, [key], "name");
      this.#report(
        warning("deprecated-argument", "Deprecated argument", `"${key}" is deprecated; ${replacement}.`, subject),
      );
    }
  }
}

function tryOr<Result>(otherwise: Result, attempt: () => Result): Result {
  try {
    return attempt();
  } catch {
    return otherwise;
  }
}

function checkVersion(
  { minimumVersion }: LegacyTemplate,
  data: JsonData,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (minimumVersion === undefined) return;
  const subject = data.rangeOf(data.root, ["min_packer_version"]);
  const constraint = parseVersionConstraint(`>= ${minimumVersion}`);
  if (!constraint)
    report(
      error(
        "invalid-version-constraint",
        "Invalid version",
        '"min_packer_version" is a version such as "1.7.0".',
        subject,
      ),
    );
  else if (!satisfies(COMPATIBLE_PACKER_VERSION, constraint)) {
    report(
      error(
        "unsupported-version",
        "Unsupported Packer version",
        `The template asks for Packer ${minimumVersion} or later. imgbuild is compatible with Packer ${COMPATIBLE_PACKER_VERSION}.`,
        subject,
      ),
    );
  }
}

const noBuilders = (data: JsonData): Diagnostic =>
  error(
    "no-builders",
    "No builders",
    'A template needs something to build: "builders": [ { "type": … } ].',
    data.rangeOf(data.root, ["builders"]),
  );

const malformedVar = (text: string): Diagnostic =>
  error(
    "malformed-var",
    "Invalid -var option",
    `-var takes name=value, and ${JSON.stringify(text.length > 30 ? `${text.slice(0, 30)}…` : text)} has no "=" after a name.`,
  );

const unsetVariable = (name: string, data: JsonData): Diagnostic =>
  error(
    "unset-variable",
    "Unset variable",
    `The variable "${name}" has no value. Give it one with -var or -var-file.`,
    data.rangeOf(data.root, ["variables", name], "name"),
  );
