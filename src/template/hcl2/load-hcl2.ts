import type { Body } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { childScope } from "../../language/evaluate/scope.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { createFunctionLibrary } from "../../language/functions/library.ts";
import { functionNames } from "../../language/references.ts";
import { objectValue } from "../../language/value.ts";
import { startTime } from "../../lib/start-time.ts";
import { ComponentLookup, isComponent } from "../component-lookup.ts";
import { decodeAll } from "../decode-all.ts";
import { DiagnosticCollector, error } from "../diagnostics.ts";
import type { TemplatePath } from "../files/template-files.ts";
import { commonFunctions } from "../interpolate/functions.ts";
import { Interpolator } from "../interpolate/interpolator.ts";
import { refusedInHcl2 } from "../interpolate/refused-in-hcl2.ts";
import type { Loaded, LoadOptions } from "../load-options.ts";
import type { BuildPlan, InputVariable, LocalValue, RequiredPlugin, Template, TemplateNames } from "../model.ts";
import { Selection } from "../select-builds.ts";
import { Secrets, secretsIn, secretTextsIn } from "../secrets.ts";
import { collectDeclarations, type Declarations } from "./declarations.ts";
import { loadVariables } from "./load-variables.ts";
import { NOT_KNOWN_YET } from "./meta-arguments.ts";
import { dataValue, evaluateLocalsAndData } from "./locals-and-data.ts";
import { readPackerBlocks } from "./packer-block.ts";
import { parseTemplateFiles } from "./parse-template-files.ts";
import { planBuilds } from "./plan-builds.ts";
import { References } from "./references.ts";
import { surroundings } from "./surroundings.ts";

/** Loads a template written in HCL2, native syntax and JSON alike. */
export async function loadHcl2(options: LoadOptions, path: TemplatePath): Promise<Loaded> {
  const diagnostics = new DiagnosticCollector();
  const bodies = await parseTemplateFiles(path, options, diagnostics);
  const found: Diagnostic[] = [];
  const declarations = collectDeclarations(bodies, found);
  const requiredPlugins = readPackerBlocks(declarations.packer, found);
  diagnostics.add(...found);
  const loader = new Loader(options, path, declarations, requiredPlugins, diagnostics);
  const template = options.syntaxOnly ? loader.emptyTemplate() : await loader.load(bodies);
  return { template, diagnostics: diagnostics.all };
}

class Loader {
  readonly #options: LoadOptions;
  readonly #path: TemplatePath;
  readonly #declarations: Declarations;
  readonly #requiredPlugins: readonly RequiredPlugin[];
  readonly #diagnostics: DiagnosticCollector;
  readonly #secrets: Secrets;
  readonly #interpolator: Interpolator;
  readonly #startTime: Date;

  constructor(
    options: LoadOptions,
    path: TemplatePath,
    declarations: Declarations,
    requiredPlugins: readonly RequiredPlugin[],
    diagnostics: DiagnosticCollector,
  ) {
    this.#options = options;
    this.#path = path;
    this.#declarations = declarations;
    this.#requiredPlugins = requiredPlugins;
    this.#diagnostics = diagnostics;
    this.#startTime = startTime(options.host);
    const world = { startTime: this.#startTime, cwd: options.host.cwd, templateDirectory: path.directory };
    this.#secrets = new Secrets(options.onSecret);
    this.#interpolator = new Interpolator(commonFunctions(world), refusedInHcl2, this.#secrets);
  }

  /** What is known without evaluating anything. */
  emptyTemplate(): Template {
    return this.#template([], [], []);
  }

  async load(bodies: readonly Body[]): Promise<Template> {
    const { host, registry, signal, readDataSource, fetchRemote } = this.#options;
    const { env, cwd, homeDir } = host;
    const library = createFunctionLibrary({
      env,
      cwd,
      homeDir,
      templateDir: this.#path.directory,
      startTime: this.#startTime.getTime(),
      fetchRemote,
      onSensitive: (result) => this.#secrets.add(secretTextsIn(result)),
    });
    const settle = <Result>(compute: () => Result) => library.settle(compute, signal);
    await library.preload(bodies.flatMap((body) => [...functionNames(body)]));
    const lookup = new ComponentLookup(registry);
    const functionsOnly: Scope = { variables: new Map(), functions: library };
    const variables = await loadVariables({
      declared: this.#declarations.variables,
      options: this.#options,
      path: this.#path,
      scope: functionsOnly,
      settle,
      report: this.#report,
      onSecrets: this.#addSecrets,
    });
    for (const { value } of variables) this.#addSecrets(secretsIn(value));
    const references = new References({
      variables: new Set(this.#declarations.variables.keys()),
      locals: new Set(this.#declarations.locals.keys()),
      dataSources: new Set(this.#declarations.dataSources.keys()),
    });
    const interpolator = this.#interpolator;
    const report = this.#report;
    const base = childScope(functionsOnly, [
      ["var", objectValue(variables.map(({ name, value }) => [name, value] as const))],
      ...surroundings(this.#path.directory, cwd),
    ]);
    await this.#loadDataSources(lookup);
    const evaluated = await evaluateLocalsAndData({
      declarations: this.#declarations,
      scope: base,
      references,
      interpolator,
      dataSource: (type, block) => {
        const found = lookup.find("data-source", type, block.labels[0]!.range);
        if (isComponent(found)) return found;
        if (found !== "loading") report(found);
        return undefined;
      },
      readDataSource,
      settle,
      report,
      onSecrets: this.#addSecrets,
    });
    for (const { value } of evaluated.locals) this.#addSecrets(secretsIn(value));
    const scope = childScope(base, [
      ["local", objectValue(evaluated.locals.map(({ name, value }) => [name, value] as const))],
      ["data", dataValue(evaluated.data)],
    ]);
    const builds = await this.#plan(scope, references, interpolator, lookup, settle);
    return this.#template(variables, evaluated.locals, builds, { scope, settle });
  }

  readonly #report = (...diagnostics: readonly Diagnostic[]): void => this.#diagnostics.add(...diagnostics);

  readonly #addSecrets = (secrets: readonly string[]): void => this.#secrets.add(secrets);

  async #loadDataSources(lookup: ComponentLookup): Promise<void> {
    for (const block of this.#declarations.dataSources.values())
      lookup.find("data-source", block.labels[0]!.value, block.labels[0]!.range);
    await lookup.loadWanted();
  }

  /** Plans, loads the components the plan names, and plans again until nothing is missing. */
  async #plan(
    scope: Scope,
    references: References,
    interpolator: Interpolator,
    lookup: ComponentLookup,
    settle: <Result>(compute: () => Result) => Promise<Result>,
  ): Promise<readonly BuildPlan[]> {
    for (;;) {
      const attempt = await settle(() => {
        const found: Diagnostic[] = [];
        const selection = new Selection(this.#options.only, this.#options.except);
        const builds = planBuilds({
          declarations: this.#declarations,
          scope,
          references,
          interpolator,
          lookup,
          selection,
          report: (...diagnostics) => void found.push(...diagnostics),
          onSecrets: this.#addSecrets,
        });
        const decoded = lookup.isWaiting ? [] : decodeAll(builds);
        return { builds, found: [...found, ...selection.diagnostics(), ...decoded] };
      });
      if (await lookup.loadWanted()) continue;
      const followsFromOthers = this.#diagnostics.hasErrors;
      this.#diagnostics.add(...attempt.found.filter(({ code }) => !(followsFromOthers && code === NOT_KNOWN_YET)));
      if (attempt.builds.length === 0 && !this.#diagnostics.hasErrors)
        this.#diagnostics.add(nothingToBuild(this.#options, this.#declarations));
      return attempt.builds;
    }
  }

  #template(
    variables: readonly InputVariable[],
    locals: readonly LocalValue[],
    builds: readonly BuildPlan[],
    names?: TemplateNames,
  ): Template {
    return {
      syntax: "hcl2",
      path: this.#options.path,
      directory: this.#path.directory,
      description: undefined,
      variables,
      locals,
      requiredPlugins: this.#requiredPlugins,
      builds,
      names,
    };
  }
}

function nothingToBuild({ only, except }: LoadOptions, { builds }: Declarations): Diagnostic {
  if (builds.length === 0)
    return error("nothing-to-build", "Nothing to build", "The template has no build block, so there is nothing to do.");
  const why =
    only.length + except.length > 0
      ? "-only and -except leave no build"
      : "every build is disabled, or its for_each is empty";
  return error("nothing-to-build", "Nothing to build", `There is nothing to do: ${why}.`);
}
