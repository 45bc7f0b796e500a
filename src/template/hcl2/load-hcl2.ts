import { resolve } from "node:path";
import type { Body } from "../../language/ast.ts";
import { hasErrors, type Diagnostic } from "../../language/diagnostic.ts";
import { childScope, type Scope } from "../../language/evaluate/scope.ts";
import { createFunctionLibrary } from "../../language/functions/library.ts";
import { parseJsonBody, type BodySchema } from "../../language/json/json-body.ts";
import { mark } from "../../language/marks.ts";
import { parseHcl } from "../../language/parse.ts";
import { functionNames } from "../../language/references.ts";
import type { SourceFile } from "../../language/source.ts";
import { DYNAMIC, objectValue, stringValue, unknownValue, type Value } from "../../language/value.ts";
import { startTime } from "../../lib/start-time.ts";
import { ComponentLookup, isComponent } from "../component-lookup.ts";
import { decodeAll } from "../decode-all.ts";
import { DiagnosticCollector, error } from "../diagnostics.ts";
import type { TemplatePath } from "../files/template-files.ts";
import { displayPath } from "../files/template-files.ts";
import { readSource } from "../files/read-source.ts";
import { commonFunctions } from "../interpolate/functions.ts";
import { Interpolator } from "../interpolate/interpolator.ts";
import type { Loaded, LoadOptions } from "../load-options.ts";
import type { BuildPlan, InputVariable, LocalValue, RequiredPlugin, Template, TemplateNames } from "../model.ts";
import { COMPATIBLE_PACKER_VERSION } from "../packer-version.ts";
import { Selection } from "../select-builds.ts";
import { secretsIn } from "../secrets.ts";
import { collectDeclarations, type Declarations } from "./declarations.ts";
import { readVariable, validateVariable, type VariableDeclaration } from "./input-variable.ts";
import { dataValue, evaluateLocalsAndData } from "./locals-and-data.ts";
import { readPackerBlocks } from "./packer-block.ts";
import { planBuilds } from "./plan-builds.ts";
import { References } from "./references.ts";
import { readVariableFiles } from "./variable-files.ts";
import { assignVariables, type AssignedValues } from "./variable-values.ts";

/** Loads a template written in HCL2, native syntax and JSON alike. */
export async function loadHcl2(options: LoadOptions, path: TemplatePath): Promise<Loaded> {
  const diagnostics = new DiagnosticCollector();
  const bodies = await parseFiles(path, options, diagnostics);
  const found: Diagnostic[] = [];
  const declarations = collectDeclarations(bodies, found);
  const requiredPlugins = readPackerBlocks(declarations.packer, found);
  diagnostics.add(...found);
  const loader = new Loader(options, path, declarations, requiredPlugins, diagnostics);
  const template = options.syntaxOnly ? loader.emptyTemplate() : await loader.load(bodies);
  return { template, diagnostics: diagnostics.all };
}

async function parseFiles(
  path: TemplatePath,
  options: LoadOptions,
  diagnostics: DiagnosticCollector,
): Promise<readonly Body[]> {
  const { cwd } = options.host;
  const sources = await Promise.all(path.files.map((file) => readSource("template", file, cwd)));
  const bodies = sources.flatMap(({ file, diagnostics: problems }) => {
    diagnostics.add(...problems);
    if (!file || hasErrors(problems)) return [];
    const { body, diagnostics: mistakes } = parseFile(file);
    diagnostics.add(...mistakes);
    return [body];
  });
  const isEmpty =
    bodies.length === path.files.length &&
    bodies.every(({ blocks, attributes }) => blocks.length + attributes.length === 0);
  if (isEmpty && !diagnostics.hasErrors) {
    diagnostics.add(
      error(
        "empty-template",
        "Empty template",
        `${displayPath(path.files[0]!, cwd)} declares nothing. A template has at least a source and a build block.`,
      ),
    );
  }
  return bodies;
}

const component: BodySchema = { blocks: {} };
const build: BodySchema = {
  blocks: {
    source: { labels: ["address"], body: component },
    provisioner: { labels: ["type"], body: component },
    "error-cleanup-provisioner": { labels: ["type"], body: component },
    "post-processor": { labels: ["type"], body: component },
    "post-processors": { labels: [], body: { blocks: { "post-processor": { labels: ["type"], body: component } } } },
  },
};

/** Which members are blocks when the template is written in JSON. */
const templateSchema: BodySchema = {
  blocks: {
    packer: { labels: [], body: { blocks: { required_plugins: { labels: [] } } } },
    variable: { labels: ["name"], body: { blocks: { validation: { labels: [] } } } },
    variables: { labels: [] },
    locals: { labels: [] },
    local: { labels: ["name"] },
    data: { labels: ["type", "name"], body: component },
    source: { labels: ["type", "name"], body: component },
    build: { labels: [], body: build },
  },
};

const parseFile = (file: SourceFile) =>
  file.name.endsWith(".json") ? parseJsonBody(file, templateSchema) : parseHcl(file);

class Loader {
  readonly #options: LoadOptions;
  readonly #path: TemplatePath;
  readonly #declarations: Declarations;
  readonly #requiredPlugins: readonly RequiredPlugin[];
  readonly #diagnostics: DiagnosticCollector;
  readonly #secrets = new Set<string>();
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
    });
    const settle = <Result>(compute: () => Result) => library.settle(compute, signal);
    await library.preload(bodies.flatMap((body) => [...functionNames(body)]));
    const lookup = new ComponentLookup(registry);
    const functionsOnly: Scope = { variables: new Map(), functions: library };
    const variables = await this.#variables(functionsOnly, settle);
    const references = new References({
      variables: new Set(this.#declarations.variables.keys()),
      locals: new Set(this.#declarations.locals.keys()),
      dataSources: new Set(this.#declarations.dataSources.keys()),
    });
    const interpolator = this.#interpolator();
    const report = this.#report;
    const base = childScope(functionsOnly, [
      ["var", objectValue(variables.map(({ name, value }) => [name, value] as const))],
      ...this.#surroundings(),
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

  readonly #addSecrets = (secrets: readonly string[]): void => {
    for (const secret of secrets) this.#secrets.add(secret);
  };

  #surroundings(): readonly (readonly [string, Value])[] {
    const path = objectValue({
      root: stringValue(forwardSlashes(this.#path.directory)),
      cwd: stringValue(forwardSlashes(this.#options.host.cwd)),
    });
    const packer = objectValue({
      version: stringValue(COMPATIBLE_PACKER_VERSION),
      versionFingerprint: unknownValue(),
      iterationID: unknownValue(),
    });
    return [
      ["path", path],
      ["packer", packer],
    ];
  }

  #interpolator(): Interpolator {
    const world = { startTime: this.#startTime, cwd: this.#options.host.cwd, templateDirectory: this.#path.directory };
    return new Interpolator(commonFunctions(world), refusedFunctions);
  }

  async #variables(
    scope: Scope,
    settle: <Result>(compute: () => Result) => Promise<Result>,
  ): Promise<readonly InputVariable[]> {
    const { varFiles, vars, host, undeclaredVariables } = this.#options;
    const found: Diagnostic[] = [];
    const read = await settle(() => {
      const problems: Diagnostic[] = [];
      const declarations = [...this.#declarations.variables.values()].map((item) =>
        readVariable(item, scope, problems),
      );
      return { declarations: new Map(declarations.map((declaration) => [declaration.name, declaration])), problems };
    });
    const paths = [...this.#path.autoVariableFiles, ...varFiles.map((file) => resolve(host.cwd, file))];
    const files = await readVariableFiles(paths, host.cwd, found);
    const assigned = assignVariables(read.declarations, { env: host.env, files, vars, undeclaredVariables }, found);
    this.#diagnostics.add(...read.problems, ...found);
    const variables = [...read.declarations.values()].map((declaration) => this.#variable(declaration, assigned));
    for (const [index, declaration] of [...read.declarations.values()].entries()) {
      const { name, value } = variables[index]!;
      const own = childScope(scope, [["var", objectValue({ [name]: value })]]);
      this.#diagnostics.add(...(await settle(() => validateVariable(declaration, own))));
    }
    return variables;
  }

  #variable(declaration: VariableDeclaration, { values, refused }: AssignedValues): InputVariable {
    const { name, description, sensitive } = declaration;
    const given = values.get(name);
    if (!given && !refused.has(name))
      this.#diagnostics.add(unsetVariable(declaration, this.#path, this.#options.host.cwd));
    const type = declaration.type ?? given?.value.type ?? DYNAMIC;
    const plain = given?.value ?? unknownValue(type);
    const value = sensitive ? mark(plain) : plain;
    this.#addSecrets(secretsIn(value));
    return {
      name,
      description,
      type,
      sensitive,
      required: declaration.default === undefined,
      value,
      origin: given?.origin ?? "",
    };
  }

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
      this.#diagnostics.add(...attempt.found);
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
    const secrets = this.#secrets;
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
      get secrets() {
        return [...secrets];
      },
    };
  }
}

const forwardSlashes = (path: string): string => path.replaceAll("\\", "/");

const refusedFunctions: ReadonlyMap<string, string> = new Map([
  ["user", '"user" is for legacy JSON templates; in HCL2, write ${var.NAME}'],
  ["env", '"env" is for legacy JSON templates; in HCL2, write an input variable whose default is env("NAME")'],
  ["consul_key", '"consul_key" is for legacy JSON templates; in HCL2, write ${consul_key("KEY")}'],
  ["vault", '"vault" is for legacy JSON templates; in HCL2, write ${vault("PATH", "KEY")}'],
  [
    "aws_secretsmanager",
    '"aws_secretsmanager" is for legacy JSON templates; in HCL2, write ${aws_secretsmanager("NAME", "KEY")}',
  ],
]);

function unsetVariable({ name, range }: VariableDeclaration, path: TemplatePath, cwd: string): Diagnostic {
  const [beside] = path.ignoredVariableFiles;
  const note = beside
    ? `\n${displayPath(beside, cwd)} is not read: that is done when the template is given as a directory.`
    : "";
  const detail = `var.${name} has no value. Give it one with -var, -var-file or the environment variable PKR_VAR_${name}, or give it a default.${note}`;
  return error("unset-variable", "Unset variable", detail, range);
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
